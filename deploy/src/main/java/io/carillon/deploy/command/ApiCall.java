package io.carillon.deploy.command;

import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;

/** What the commands that are one call of the HTTP API have in common: the answer on standard output, an honest status. */
final class ApiCall {

    private ApiCall() {}

    static int print(CenterClient.Answer answer) throws CenterException {
        if (!answer.ok()) {
            throw new CenterException(answer.problem());
        }
        System.out.println(
                answer.body().isMissingNode() ? "done" : answer.body().toPrettyString());
        return 0;
    }
}
