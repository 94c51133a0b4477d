package io.carillon.center.http;

import com.linecorp.armeria.common.HttpMethod;

/**
 * One line of the API.
 *
 * @param path with parameters in braces, as in openapi.json
 */
record ApiRoute(HttpMethod method, String path, Access access, Operation operation) {}
