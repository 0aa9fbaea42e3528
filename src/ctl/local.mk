# Sources and tests of src/ctl
