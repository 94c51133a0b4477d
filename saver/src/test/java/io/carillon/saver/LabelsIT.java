package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.loading;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.Audience;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LabelsRequest;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResult;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import io.carillon.contract.TaggedCountRequest;
import io.carillon.contract.UserKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tags and aliases over real stores, and the tags that loads bring, from two savers. */
class LabelsIT {
    private TestRedis redis;
    private String schema;
    private SaverFixture near;
    private SaverFixture far;

    @BeforeEach
    void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        SaverConfig config = SaverFixture.config(redis.uri(), TestMySql.shared().url(schema));
        near = new SaverFixture("saver-1", List.of("saver-2"), request -> Stream.empty(), config);
        far = new SaverFixture("saver-2", List.of("saver-1"), request -> Stream.empty(), config);
    }

    @AfterEach
    void stop() {
        near.close();
        far.close();
        redis.close();
    }

    private static UserKey user(String name) {
        return UserKey.newBuilder().setApp(APP).setUser(name).build();
    }

    private LabelsChangeResponse put(LabelKind kind, String user, String... labels) {
        return change(LabelsChangeRequest.newBuilder()
                .setUser(user(user))
                .setKind(kind)
                .setReplace(true)
                .addAllAdd(List.of(labels)));
    }

    private LabelsChangeResponse patch(String user, List<String> add, List<String> remove) {
        return change(LabelsChangeRequest.newBuilder()
                .setUser(user(user))
                .addAllAdd(add)
                .addAllRemove(remove));
    }

    private LabelsChangeResponse change(LabelsChangeRequest.Builder request) {
        return get(near.saver.labels().change(request.build()));
    }

    private LabelsResponse labels(String user) {
        return get(far.saver
                .labels()
                .labels(LabelsRequest.newBuilder().setUser(user(user)).build()));
    }

    private ResolveResponse resolve(int max, String... aliases) {
        return get(far.saver
                .labels()
                .resolve(ResolveRequest.newBuilder()
                        .setApp(APP)
                        .addAllAliases(List.of(aliases))
                        .setUsersMax(max)
                        .build()));
    }

    private long count(Audience.Builder audience) {
        return get(far.saver
                        .labels()
                        .count(TaggedCountRequest.newBuilder()
                                .setApp(APP)
                                .setAudience(audience)
                                .build()))
                .getUsers();
    }

    @Test
    void replacesAddsAndRemovesAndTellsWhatStands() {
        LabelsChangeResponse first = put(LabelKind.LABEL_KIND_TAG, "ann", "red", "blue");
        assertThat(first.getLabelsList()).containsExactly("blue", "red");
        assertThat(first.getChanged()).isTrue();

        LabelsChangeResponse second = patch("ann", List.of("größe", "red"), List.of("blue", "green"));
        assertThat(second.getLabelsList()).containsExactly("größe", "red");
        assertThat(second.getTagsVersion()).isGreaterThan(first.getTagsVersion());

        LabelsChangeResponse again = patch("ann", List.of("red"), List.of("blue"));
        assertThat(again.getChanged()).isFalse();
        assertThat(again.getTagsVersion()).isEqualTo(second.getTagsVersion());

        put(LabelKind.LABEL_KIND_ALIAS, "ann", "anna@example.com");
        assertThat(labels("ann").getTagsList()).containsExactly("größe", "red");
        assertThat(labels("ann").getAliasesList()).containsExactly("anna@example.com");
        assertThat(labels("nobody")).isEqualTo(LabelsResponse.getDefaultInstance());
    }

    @Test
    void refusesWhatIsTooManyOrTooLongAndChangesNothing() {
        String[] hundred = IntStream.range(0, 100).mapToObj(i -> "t" + i).toArray(String[]::new);
        assertThat(put(LabelKind.LABEL_KIND_TAG, "ann", hundred).getLabelsCount())
                .isEqualTo(100);

        assertThat(patch("ann", List.of("one more"), List.of()).getError())
                .isEqualTo("tags: 101 (expected: at most 100 a user)");
        assertThat(patch("ann", List.of("one more"), List.of("t0")).getLabelsCount())
                .isEqualTo(100);
        assertThat(patch("ann", List.of(""), List.of()).getError()).contains("0 bytes");
        assertThat(patch("ann", List.of("ü".repeat(33)), List.of()).getError()).contains("66 bytes");
        assertThat(patch("ann", List.of("x"), List.of("x")).getError()).contains("one of both");
        assertThat(patch("", List.of("x"), List.of()).getError()).contains("user");
        assertThat(labels("ann").getTagsCount()).isEqualTo(100);
    }

    @Test
    void keepsTheBoundAndTheCountUnderConcurrentChanges() {
        CompletableFuture<?>[] changes = IntStream.range(0, 40)
                .mapToObj(i -> (i % 2 == 0 ? near : far)
                        .saver
                        .labels()
                        .change(LabelsChangeRequest.newBuilder()
                                .setUser(user("u" + i % 4))
                                .addAllAdd(IntStream.range(0, 20)
                                        .mapToObj(t -> "t" + (i * 20 + t))
                                        .toList())
                                .build()))
                .toArray(CompletableFuture<?>[]::new);
        get(CompletableFuture.allOf(changes));

        for (int i = 0; i < 4; i++) {
            assertThat(labels("u" + i).getTagsCount()).isEqualTo(100);
        }
        assertThat(TestMySql.shared().count(schema, "SELECT tags FROM label_app WHERE app = '" + APP + "'"))
                .isEqualTo(400);
    }

    @Test
    void bringsTheTagsWithALoad() {
        near.put(message("ann", "hello"));
        assertThat(near.load("ann").getTagsKnown()).isTrue();
        assertThat(near.load("ann").getTagsList()).isEmpty();

        put(LabelKind.LABEL_KIND_TAG, "ann", "red", "blue");
        put(LabelKind.LABEL_KIND_ALIAS, "ann", "not a tag");

        LoadResult loaded = near.load("ann");
        assertThat(texts(loaded)).containsExactly("hello");
        assertThat(loaded.getTagsKnown()).isTrue();
        assertThat(loaded.getTagsList()).containsExactlyInAnyOrder("blue", "red");
        assertThat(near.load("bob").getTagsKnown()).isTrue();
        assertThat(near.load("bob").getTagsList()).isEmpty();
    }

    @Test
    void bringsThoseOfManyUsersAndAppsInOneLoad() {
        put(LabelKind.LABEL_KIND_TAG, "ann", "red");
        put(LabelKind.LABEL_KIND_TAG, "bob", "blue");
        change(LabelsChangeRequest.newBuilder()
                .setUser(UserKey.newBuilder().setApp("other").setUser("ann"))
                .addAdd("green"));

        List<LoadResult> loaded = get(near.saver
                        .deliveries()
                        .load(LoadRequest.newBuilder()
                                .addEntries(loading("ann"))
                                .addEntries(loading("cid"))
                                .addEntries(loading("ann").setApp("other"))
                                .addEntries(loading("ann").setApp("untagged"))
                                .addEntries(loading("bob"))
                                .build()))
                .getResultsList();

        assertThat(loaded).extracting(LoadResult::getTagsKnown).containsOnly(true);
        assertThat(loaded)
                .extracting(result -> String.join(",", result.getTagsList()))
                .containsExactly("red", "", "green", "", "blue");
    }

    @Test
    void showsAChangeToLoadsOnAnotherSaver() {
        put(LabelKind.LABEL_KIND_TAG, "ann", "red");
        soonLoads(far, "red");

        patch("ann", List.of("blue"), List.of("red"));
        soonLoads(far, "blue");

        put(LabelKind.LABEL_KIND_TAG, "ann");
        soonLoads(far);
    }

    private static void soonLoads(SaverFixture saver, String... tags) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(saver.load("ann").getTagsList()).containsExactly(tags));
    }

    @Test
    void showsAChangeAtOnceToALoadThatKnowsOfIt() {
        for (int i = 0; i < 20; i++) {
            long version = put(LabelKind.LABEL_KIND_TAG, "ann", "t" + i).getTagsVersion();

            assertThat(far.load(loading("ann").setTagsVersion(version)).getTagsList())
                    .containsExactly("t" + i);
        }
    }

    @Test
    void findsTheUsersBehindAliases() {
        put(LabelKind.LABEL_KIND_ALIAS, "phone", "ann", "family");
        put(LabelKind.LABEL_KIND_ALIAS, "tablet", "ann");
        put(LabelKind.LABEL_KIND_ALIAS, "bob-phone", "family");
        put(LabelKind.LABEL_KIND_TAG, "tagged", "ann");

        assertThat(resolve(10, "ann", "family").getUsersList()).containsExactly("bob-phone", "phone", "tablet");
        assertThat(resolve(10, "ann", "family").getMore()).isFalse();
        assertThat(resolve(2, "ann", "family").getUsersCount()).isEqualTo(2);
        assertThat(resolve(2, "ann", "family").getMore()).isTrue();
        assertThat(resolve(10, "nobody").getUsersList()).isEmpty();
        assertThat(resolve(10).getUsersList()).isEmpty();
    }

    @Test
    void countsTheUsersThatAnAudienceMeans() {
        put(LabelKind.LABEL_KIND_TAG, "a", "red", "vip");
        put(LabelKind.LABEL_KIND_TAG, "b", "blue", "vip");
        put(LabelKind.LABEL_KIND_TAG, "c", "red", "blue", "muted");
        put(LabelKind.LABEL_KIND_TAG, "d", "green");
        put(LabelKind.LABEL_KIND_ALIAS, "e", "red");

        assertThat(count(Audience.newBuilder())).isEqualTo(4);
        assertThat(count(Audience.newBuilder().addTagsAny("red").addTagsAny("blue")))
                .isEqualTo(3);
        assertThat(count(Audience.newBuilder().addTagsAll("red").addTagsAll("blue")))
                .isEqualTo(1);
        assertThat(count(Audience.newBuilder().addTagsAll("red").addTagsAll("red")))
                .isEqualTo(2);
        assertThat(count(Audience.newBuilder().addTagsNone("muted"))).isEqualTo(3);
        assertThat(count(Audience.newBuilder()
                        .addTagsAny("red")
                        .addTagsAny("green")
                        .addTagsAll("vip")
                        .addTagsNone("blue")))
                .isEqualTo(1);
        assertThat(count(Audience.newBuilder().addTagsAny("red").addTagsNone("muted")))
                .isEqualTo(1);
        assertThat(count(Audience.newBuilder().addTagsAny("nobody's"))).isZero();
    }

    @Test
    void forgetsTheLabelsWithTheUser() {
        near.put(message("ann", "hello"));
        put(LabelKind.LABEL_KIND_ALIAS, "ann", "alias");
        put(LabelKind.LABEL_KIND_TAG, "ann", "red");
        put(LabelKind.LABEL_KIND_TAG, "bob", "red");
        assertThat(near.load("ann").getTagsList()).containsExactly("red");

        ForgetResponse forgotten = get(near.saver.forget(
                ForgetRequest.newBuilder().setUser(user("ann")).build()));

        assertThat(forgotten.getDropped()).isEqualTo(1);
        assertThat(labels("ann")).isEqualTo(LabelsResponse.getDefaultInstance());
        assertThat(labels("bob").getTagsList()).containsExactly("red");
        assertThat(near.load("ann").getTagsList()).isEmpty();
        assertThat(far.load(loading("ann").setTagsVersion(forgotten.getTagsVersion()))
                        .getTagsList())
                .isEmpty();
        assertThat(TestMySql.shared().count(schema, "SELECT tags FROM label_app WHERE app = '" + APP + "'"))
                .isEqualTo(1);
    }
}
