"""The reports as pages of the desk, for those who oversee work."""
