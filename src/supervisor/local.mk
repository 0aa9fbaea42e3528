# Sources and tests of src/supervisor
