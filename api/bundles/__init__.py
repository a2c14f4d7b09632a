"""A run as one file that another installation can open."""
