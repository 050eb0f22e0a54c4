"""Read the reports of online meetings: which application wrote them, how long people took part, who hosted."""
