"""Scripts that a tried menu names."""
