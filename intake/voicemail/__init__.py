"""From the mailbox of the phone system to messages to call back."""
