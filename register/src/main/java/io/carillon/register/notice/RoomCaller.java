package io.carillon.register.notice;

import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.ReplacedResponse;
import java.util.concurrent.CompletionStage;

/** The way to a room. */
@FunctionalInterface
public interface RoomCaller {
    /** Never blocks and never throws; a stage that fails where the room did not answer. */
    CompletionStage<ReplacedResponse> replaced(String room, ReplacedRequest request);
}
