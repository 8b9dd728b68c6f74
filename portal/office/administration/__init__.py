"""What the pages under /admin/ share: the site, capped lists, search by office, traces of looks, acts."""
