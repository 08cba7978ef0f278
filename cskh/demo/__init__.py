"""The demo of `bin/up`: an invented brand's staff, customers and cases at every stage. Never in production."""
