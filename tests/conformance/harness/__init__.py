"""What the suites share: a node process, HTTP on a bare socket, archives read strictly, the recorded data set."""
