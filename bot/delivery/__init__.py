"""The outbox: plan, enqueue, lease, render, post, record, reconcile; with rate limits."""
