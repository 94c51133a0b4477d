package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.TagHints;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.UserKey;
import io.carillon.runtime.contract.SaverMethods;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code /v1/users/{user}/tags} and {@code /aliases}: replaced, or added to and removed from. */
final class LabelRoutes {
    /** Of one kind, for one user. */
    static final int LABELS_MAX = 100;

    private final SaverClient savers;
    private final TagHints hints;

    LabelRoutes(SaverClient savers, TagHints hints) {
        this.savers = savers;
        this.hints = hints;
    }

    List<ApiRoute> routes() {
        return List.of(
                route(HttpMethod.PUT, "tags", LabelKind.LABEL_KIND_TAG),
                route(HttpMethod.PATCH, "tags", LabelKind.LABEL_KIND_TAG),
                route(HttpMethod.PUT, "aliases", LabelKind.LABEL_KIND_ALIAS),
                route(HttpMethod.PATCH, "aliases", LabelKind.LABEL_KIND_ALIAS));
    }

    private ApiRoute route(HttpMethod method, String name, LabelKind kind) {
        return new ApiRoute(method, "/v1/users/{user}/" + name, Access.APP, request -> change(request, name, kind));
    }

    private CompletableFuture<HttpResponse> change(ApiRequest request, String name, LabelKind kind) {
        UserKey user = UserKey.newBuilder()
                .setApp(request.app().getId())
                .setUser(request.user())
                .build();
        LabelsChangeRequest.Builder change =
                LabelsChangeRequest.newBuilder().setUser(user).setKind(kind);
        JsonFields fields = Json.read(request.body());
        if (request.http().method() == HttpMethod.PUT) {
            readWhole(fields, name, change);
        } else {
            readDifference(fields, change);
        }
        return savers.ask(SaverMethods.LABELS_CHANGE, change.build()).thenApply(response -> {
            if (!response.getError().isEmpty()) {
                throw new ProblemException(Problem.of(ProblemCode.INVALID_FIELD, response.getError()));
            }
            if (kind == LabelKind.LABEL_KIND_TAG) {
                // Also where nothing was different: the hint of an earlier attempt may be the one that was lost.
                hints.hint(user, response.getTagsVersion());
            }
            return Json.ok(answer(name, response));
        });
    }

    private static void readWhole(JsonFields fields, String name, LabelsChangeRequest.Builder change) {
        List<String> labels = labels(fields, name);
        fields.end();
        if (labels == null) {
            throw fields.invalid(name, "absent (expected: a list of at most " + LABELS_MAX + ", which may be empty)");
        }
        change.setReplace(true).addAllAdd(labels);
    }

    private static void readDifference(JsonFields fields, LabelsChangeRequest.Builder change) {
        List<String> add = labels(fields, "add");
        List<String> remove = labels(fields, "remove");
        fields.end();
        if (add == null && remove == null) {
            throw fields.invalid("add", "absent, and remove too (expected: one of them, or both)");
        }
        if (add != null) {
            change.addAllAdd(add);
        }
        if (remove != null) {
            Set<String> added = new HashSet<>(change.getAddList());
            for (int i = 0; i < remove.size(); i++) {
                if (added.contains(remove.get(i))) {
                    throw fields.invalid("remove[" + i + "]", "in add too (expected: in one of them)");
                }
            }
            change.addAllRemove(remove);
        }
    }

    /** Null where there is none. Labels keep to the form of users' names. */
    static @Nullable List<String> labels(JsonFields fields, String field) {
        List<String> labels = fields.texts(field, LABELS_MAX);
        for (int i = 0; labels != null && i < labels.size(); i++) {
            String defect = UserNames.defect(labels.get(i));
            if (defect != null) {
                throw fields.invalid(field + "[" + i + "]", defect);
            }
        }
        return labels;
    }

    private static ObjectNode answer(String name, LabelsChangeResponse response) {
        ObjectNode body = Json.object();
        ArrayNode labels = body.putArray(name);
        response.getLabelsList().forEach(labels::add);
        return body;
    }
}
