"""One folder a channel, one interface: `read(raw) -> Inbound`, `send(outbound) -> None`. An adapter only translates."""
