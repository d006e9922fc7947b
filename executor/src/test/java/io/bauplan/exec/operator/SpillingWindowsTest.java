package io.bauplan.exec.operator;

import static org.assertj.core.api.Assertions.assertThat;

/// The same windows, computed from disk.
class SpillingWindowsTest extends WindowPlansTest {
  @Override
  PlanFixture newFixture(int threads) {
    return PlanFixture.spilling();
  }

  @Override
  boolean keepsOrder(int threads) {
    return false;
  }

  @Override
  void check(PlanFixture fixture) {
    assertThat(fixture.figures.spilledBytes()).isPositive();
    assertThat(fixture.spill.usedBytes()).isZero();
  }
}
