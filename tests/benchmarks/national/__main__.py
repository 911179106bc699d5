"""``python -m tests.benchmarks.national [--explain] [--engine sqlite] [--only nearest]``"""

from tests.benchmarks.national import report

report.main()
