# REST: routes, error codes, shared rate limits, requests
