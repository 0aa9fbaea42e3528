# Sources and tests of src/ipc
