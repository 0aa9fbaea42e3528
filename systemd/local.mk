# Units, sysusers, journal catalog
