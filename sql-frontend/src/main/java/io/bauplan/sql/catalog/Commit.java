package io.bauplan.sql.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One commit of a reference's log.
public record Commit(
    String id,
    List<String> parents,
    Instant time,
    String author,
    String message,
    Map<String, String> properties) {}
