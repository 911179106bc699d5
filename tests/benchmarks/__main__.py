from tests.benchmarks import pages

pages.main()
