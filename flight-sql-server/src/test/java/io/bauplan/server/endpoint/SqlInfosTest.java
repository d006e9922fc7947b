package io.bauplan.server.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

class SqlInfosTest {
  @Test
  void answersEveryIdOfTheProtocol() {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(Schemas.GET_SQL_INFO_SCHEMA, allocator)) {
      new SqlInfos("1.0").fill(root, List.of());
      Set<Integer> answered = new TreeSet<>();
      for (int i = 0; i < root.getRowCount(); i++) {
        answered.add(((Number) root.getVector("info_name").getObject(i)).intValue());
        assertThat(root.getVector("value").getObject(i)).isNotNull();
      }
      assertThat(answered)
          .containsAll(
              Arrays.stream(SqlInfo.values())
                  .filter(info -> info != SqlInfo.UNRECOGNIZED)
                  .map(SqlInfo::getNumber)
                  .toList());
    }
  }

  @Test
  void answersWhatWasAskedAndLeavesOutWhatIsUnknown() {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(Schemas.GET_SQL_INFO_SCHEMA, allocator)) {
      new SqlInfos("1.0").fill(root, List.of(SqlInfo.FLIGHT_SQL_SERVER_VERSION_VALUE, 999_999));
      assertThat(root.getRowCount()).isEqualTo(1);
      assertThat(root.getVector("value").getObject(0)).hasToString("1.0");
    }
  }
}
