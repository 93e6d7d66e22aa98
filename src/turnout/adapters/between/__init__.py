"""HTTP and NATS between the processes of one city. What is said is in `edge/between.py`."""
