# The gateway: session state machine and the socket under it
