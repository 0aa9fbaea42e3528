# Sources and tests of src/discord: the wire, in three parts that do not need each other
include src/discord/gateway.mk
include src/discord/rest.mk
include src/discord/wire.mk
