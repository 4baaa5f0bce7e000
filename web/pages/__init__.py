"""The pages of ours, one module a page: what it reads, and the view that shows it."""
