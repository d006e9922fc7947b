package io.bauplan.exec.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;

/// The same plans, where operators spill after every batch.
class SpillingPlansTest extends RandomPlansTest {
  private PlanFixture spilling;

  @Override
  PlanFixture newFixture() {
    spilling = PlanFixture.spilling();
    return spilling;
  }

  @AfterEach
  void hasSpilled() {
    assertThat(spilling.spill.usedBytes()).isZero();
  }
}
