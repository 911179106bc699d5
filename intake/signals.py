"""What others may want to know, sent inside the transaction of what it tells."""

from django.dispatch import Signal

# A request was entered, by any channel: ``request`` (ServiceRequest).
request_recorded = Signal()
# A person corrected their request: ``request``.
request_amended = Signal()
