package io.carillon.saver;

import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A row that MySQL refuses by itself, in a group with others. */
class RejectedRowIT {
    @Test
    void costsTheOthersOfItsGroupNothingAndIsCounted() {
        String schema = TestMySql.shared().newSchema();
        try (TestRedis redis = new TestRedis();
                SaverFixture saver = new SaverFixture(
                        SaverFixture.config(redis.uri(), TestMySql.shared().url(schema)))) {
            TestMySql.shared()
                    .execute(
                            schema,
                            "CREATE TRIGGER refuses BEFORE INSERT ON message FOR EACH ROW"
                                    + " IF NEW.user = 'user-7' THEN"
                                    + " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF");

            List<PutResult> results = saver.putAll(IntStream.range(0, 20)
                    .mapToObj(user -> message("user-" + user, "m" + user).build())
                    .toArray(PutEntry[]::new));

            for (int user = 0; user < 20; user++) {
                assertThat(results.get(user).getInMysql()).isEqualTo(user != 7);
            }
            assertThat(saver.saver.commits().rejected()).isEqualTo(1);
            assertThat(texts(saver.load("user-7"))).containsExactly("m7");
        }
    }
}
