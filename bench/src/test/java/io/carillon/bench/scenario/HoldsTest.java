package io.carillon.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a run's checks fail. */
class HoldsTest {
    private static ObjectNode checks() {
        try {
            return (ObjectNode) new ObjectMapper().readTree("""
                    {"unicasts": {"lost": 0, "doubled": 0, "misdirected": 0, "refused": 0},
                     "broadcasts": {"lost": 0, "doubled": 0},
                     "strange": 0, "uplinks_lost": 0, "busy": 12, "problems": [], "lost_connections": {}}
                    """);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theyHoldWhereNothingIsWrong() {
        assertThat(ScenarioRun.holds(checks(), ScenarioSpec.Kind.UPLINK)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/unicasts/lost",
                "/unicasts/doubled",
                "/unicasts/misdirected",
                "/unicasts/refused",
                "/broadcasts/lost",
                "/broadcasts/doubled",
                "/strange",
                "/uplinks_lost"
            })
    void oneIsEnough(String count) {
        ObjectNode checks = checks();
        String key = count.substring(count.lastIndexOf('/') + 1);
        ((ObjectNode) checks.at(count.substring(0, count.lastIndexOf('/')))).put(key, 1);
        assertThat(ScenarioRun.holds(checks, ScenarioSpec.Kind.MIXED)).isFalse();
    }
}
