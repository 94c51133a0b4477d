package io.carillon.sdk.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.route.JsonReader.MalformedJsonException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static final String ANSWER = "{\"rooms\":[{\"host\":\"203.0.113.7\",\"port\":443,\"transport\":\"tls\","
            + "\"site\":\"a\"},{\"host\":\"r\\u0031\",\"port\":7101,\"transport\":\"tcp\"},"
            + "{\"host\":\"r2\",\"port\":80,\"transport\":\"ws\"}],\"ttl_seconds\":60,"
            + "\"heartbeat\":{\"min_seconds\":45,\"max_seconds\":1760,\"start_seconds\":210}, \"later\": [null,true,-1.5e3]}";

    @Test
    void readsTheDispatchersAnswer() throws MalformedJsonException {
        RoomList list = RoomListJson.read(ANSWER);
        assertThat(list.rooms())
                .containsExactly(RoomAddress.parse("tls://203.0.113.7:443"), RoomAddress.parse("tcp://r1:7101"));
        assertThat(list.ttlSeconds()).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"rooms\":3}",
                "{\"rooms\":[3]}",
                "{\"rooms\":[{\"host\":\"a\"}]}",
                "{\"rooms\":[{\"host\":\"a\",\"port\":0,\"transport\":\"tcp\"}]}",
                "{\"rooms\":[{\"host\":\"a\",\"port\":1.5,\"transport\":\"tcp\"}]}",
                "{\"rooms\":[{\"host\":\"\",\"port\":1,\"transport\":\"tcp\"}]}",
                "{\"rooms\":[]} x",
                "{\"rooms\":[],\"rooms\":[]}",
                "{\"rooms\":[],}",
                "{\"rooms\":[01]}",
                "{\"a\":\"\\x\",\"rooms\":[]}",
                "{\"a\":\"\\u12g4\",\"rooms\":[]}",
                "{\"a\":\"\n\",\"rooms\":[]}",
                "{'rooms':[]}",
                "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"
            })
    void refusesWhatIsNoSuchAnswer(String text) {
        assertThatThrownBy(() -> RoomListJson.read(text))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void endsAnythingInAListOrAnErrorOnly() {
        Random random = new Random(11);
        for (int round = 0; round < 50_000; round++) {
            StringBuilder text = new StringBuilder(ANSWER);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0:
                        text.setCharAt(at, (char) random.nextInt(128));
                        break;
                    case 1:
                        text.deleteCharAt(at);
                        break;
                    default:
                        text.insert(at, "{}[]\",:0e-\\u".charAt(random.nextInt(12)));
                }
            }
            try {
                assertThat(RoomListJson.read(text.toString())).isNotNull();
            } catch (MalformedJsonException e) {
                assertThat(e).hasMessageContaining("expected");
            }
        }
    }
}
