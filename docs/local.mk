# Man pages
