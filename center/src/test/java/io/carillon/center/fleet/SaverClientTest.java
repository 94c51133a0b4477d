package io.carillon.center.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SaverClientTest {
    private final FakeFleet fleet = new FakeFleet();
    private final FakePeer first = fleet.addSaver("saver-1");
    /** A center that has just started, and has no retry to spend. */
    private final SaverClient savers = new SaverClient(fleet, new RetryBudget(0), Duration.ofSeconds(1));

    @BeforeEach
    void addAnother() {
        fleet.addSaver("saver-2").answer(SaverMethods.MESSAGE, request -> MessageResponse.newBuilder()
                .setFound(true)
                .build());
    }

    @Test
    void asksAnotherWithoutABudgetWhereNothingLeftThisProcess() {
        first.fail(SaverMethods.MESSAGE, RpcStatus.NOT_CONNECTED);

        assertThat(savers.ask(SaverMethods.MESSAGE, MessageRequest.getDefaultInstance())
                        .join()
                        .getFound())
                .isTrue();
    }

    @Test
    void asksNobodyElseWithoutABudgetWhereTheFirstMayHaveWorked() {
        first.fail(SaverMethods.MESSAGE, RpcStatus.CONNECTION_LOST);

        assertThatThrownBy(() -> savers.ask(SaverMethods.MESSAGE, MessageRequest.getDefaultInstance())
                        .join())
                .cause()
                .isInstanceOfSatisfying(RpcException.class, failure -> assertThat(failure.status())
                        .isEqualTo(RpcStatus.CONNECTION_LOST));
    }
}
