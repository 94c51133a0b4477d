package io.carillon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    @Test
    void retriesAreAtMostATenthOfCalls() {
        RetryBudget budget = new RetryBudget(0.1);
        assertThat(budget.tryRetry()).isFalse();
        int retries = 0;
        for (int calls = 1; calls <= 10_000; calls++) {
            budget.onCall();
            retries += budget.tryRetry() ? 1 : 0;
            assertThat(retries).isLessThanOrEqualTo(calls / 10);
        }
        assertThat(retries).isEqualTo(1000);
    }

    @Test
    void aQuietTimeSavesUpLittle() {
        RetryBudget budget = new RetryBudget(0.1);
        for (int i = 0; i < 100_000; i++) {
            budget.onCall();
        }
        int retries = 0;
        while (budget.tryRetry()) {
            retries++;
        }
        assertThat(retries).isEqualTo(100);
    }

    @Test
    void aShareBeyondOneIsRefused() {
        assertThatThrownBy(() -> new RetryBudget(1.5)).hasMessage("retry-share: 1.5 (expected: 0 to 1)");
    }
}
