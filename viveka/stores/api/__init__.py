"""What every JSON call leans on: who asks, how a body is read, how an answer and a refusal look."""
