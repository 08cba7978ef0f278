"""Quality at the desk: samples, reviews to do, and what agents read of their own work."""
