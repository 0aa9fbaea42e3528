# Sources and tests of src/worker
