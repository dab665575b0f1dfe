"""What we answer (@answers), what a message means (@records), what an answer to a call of ours means (@settles)."""
