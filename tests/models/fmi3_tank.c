/* A tank with free outflow as an FMI 3.0 co-simulation unit: level' = (inflow - k * level) / area, Euler.
   Value references: 0 inflow, 1 level, 2 area, 3 open (Boolean), 4 count (Int32). The other functions of the
   interface come from STUBS, which the test defines; they answer "error". */
#include "fmi3Functions.h"
#include <stdlib.h>
#include <string.h>

typedef struct { double inflow, level, area; int open, count; fmi3LogMessageCallback log; } Tank;

fmi3Instance fmi3InstantiateCoSimulation(fmi3String name, fmi3String token, fmi3String path, fmi3Boolean visible,
    fmi3Boolean logging, fmi3Boolean events, fmi3Boolean early, const fmi3ValueReference refs[], size_t n,
    fmi3InstanceEnvironment env, fmi3LogMessageCallback log, fmi3IntermediateUpdateCallback update) {
    Tank *t = calloc(1, sizeof(Tank));
    t->level = 1.0; t->area = 2.0; t->open = 1; t->log = log;
    return t;
}
void fmi3FreeInstance(fmi3Instance i) { free(i); }
const char *fmi3GetVersion(void) { return "3.0"; }
fmi3Status fmi3EnterInitializationMode(fmi3Instance i, fmi3Boolean td, fmi3Float64 tol, fmi3Float64 start,
    fmi3Boolean sd, fmi3Float64 stop) { return fmi3OK; }
fmi3Status fmi3ExitInitializationMode(fmi3Instance i) { return fmi3OK; }
fmi3Status fmi3Terminate(fmi3Instance i) { return fmi3OK; }

fmi3Status fmi3GetFloat64(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3Float64 v[], size_t m) {
    double *field = &((Tank *)i)->inflow;
    for (size_t k = 0; k < n; k++) v[k] = field[r[k]];
    return fmi3OK;
}
fmi3Status fmi3SetFloat64(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Float64 v[], size_t m) {
    double *field = &((Tank *)i)->inflow;
    for (size_t k = 0; k < n; k++) field[r[k]] = v[k];
    return fmi3OK;
}
fmi3Status fmi3SetBoolean(fmi3Instance i, const fmi3ValueReference r[], size_t n, const fmi3Boolean v[], size_t m) {
    ((Tank *)i)->open = v[0];
    return fmi3OK;
}
fmi3Status fmi3GetInt32(fmi3Instance i, const fmi3ValueReference r[], size_t n, fmi3Int32 v[], size_t m) {
    v[0] = ((Tank *)i)->count;
    return fmi3OK;
}
fmi3Status fmi3DoStep(fmi3Instance i, fmi3Float64 at, fmi3Float64 dt, fmi3Boolean no, fmi3Boolean *event,
    fmi3Boolean *terminate, fmi3Boolean *early, fmi3Float64 *last) {
    Tank *t = i;
    *event = 0; *early = 0; *last = at; *terminate = t->level > 40.0;
    if (*terminate) return fmi3OK;
    t->level += dt * (t->inflow - (t->open ? 0.5 * t->level : 0.0)) / t->area;
    t->count++;
    *last = at + dt;
    if (t->level < 0.0) { t->log(NULL, fmi3Error, "error", "the tank ran dry"); return fmi3Error; }
    return fmi3OK;
}
fmi3Status fmi3GetFMUState(fmi3Instance i, fmi3FMUState *s) {
    if (*s == NULL) *s = malloc(sizeof(Tank));
    memcpy(*s, i, sizeof(Tank));
    return fmi3OK;
}
fmi3Status fmi3SetFMUState(fmi3Instance i, fmi3FMUState s) {
    fmi3LogMessageCallback log = ((Tank *)i)->log;
    memcpy(i, s, sizeof(Tank));
    ((Tank *)i)->log = log;
    return fmi3OK;
}
fmi3Status fmi3FreeFMUState(fmi3Instance i, fmi3FMUState *s) { free(*s); *s = NULL; return fmi3OK; }
fmi3Status fmi3SerializedFMUStateSize(fmi3Instance i, fmi3FMUState s, size_t *n) { *n = sizeof(Tank); return fmi3OK; }
fmi3Status fmi3SerializeFMUState(fmi3Instance i, fmi3FMUState s, fmi3Byte b[], size_t n) {
    memcpy(b, s, n);
    return fmi3OK;
}
fmi3Status fmi3DeserializeFMUState(fmi3Instance i, const fmi3Byte b[], size_t n, fmi3FMUState *s) {
    *s = malloc(n);
    memcpy(*s, b, n);
    return fmi3OK;
}
STUBS
