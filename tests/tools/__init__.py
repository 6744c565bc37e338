"""What one runs: the suite, the mutations, the benchmark, the demonstration, the checks of ./dev lint."""
