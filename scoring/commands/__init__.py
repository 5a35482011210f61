"""What `comment-moderation COMMAND` does, a module a command; `scoring.__main__` picks one."""
