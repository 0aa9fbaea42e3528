# Sources and tests of src/discord
