package io.bauplan.sql.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestNameTest {
  private static final List<String> NAMES =
      List.of("transactions", "Trips", "orders", "customers", "a");

  @Test
  void findsTypingErrors() {
    assertThat(NearestName.nearest("transactoins", NAMES)).contains("transactions");
    assertThat(NearestName.nearest("order", NAMES)).contains("orders");
    assertThat(NearestName.nearest("tripps", NAMES)).contains("Trips");
    assertThat(NearestName.nearest("CUSTOMER", NAMES)).contains("customers");
  }

  @Test
  void keepsSilentWhenNothingIsNear() {
    assertThat(NearestName.nearest("zebra", NAMES)).isEmpty();
    assertThat(NearestName.nearest("b", NAMES)).isEmpty();
    assertThat(NearestName.nearest("", NAMES)).isEmpty();
  }
}
