"""What is fast, measured side by side: run `bin/benchmark`."""
