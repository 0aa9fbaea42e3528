# The daemon: every role in one binary
