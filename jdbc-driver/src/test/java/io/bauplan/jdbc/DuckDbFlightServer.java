package io.bauplan.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// A real Flight SQL server in the test's own process.
final class DuckDbFlightServer implements AutoCloseable {
  private final BufferAllocator allocator = new RootAllocator();
  final DuckDbFlightProducer producer;
  private final FlightServer server;

  DuckDbFlightServer() throws Exception {
    Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
    producer = new DuckDbFlightProducer(duckdb, allocator);
    server =
        FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), producer)
            .build()
            .start();
  }

  String url() {
    return "jdbc:bauplan://127.0.0.1:" + server.getPort();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() throws Exception {
    server.close();
    producer.close();
    allocator.close();
  }
}
