"""Pages for people and the API for programs: a GET asks queries, a POST asks services, nothing else."""
