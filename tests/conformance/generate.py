#!/usr/bin/env python3
"""Turn the table of conformance cases into C: one function a case, and the table of all.

usage: generate.py conformance-cases.tsv out.c

A precondition is a list of steps separated by ";", a step is one of the shorthands of the table's document (macros of
conformance.h), a Jet call, an assignment, or one of the phrases below. A step that cannot be translated stops the build.
"""
import csv
import re
import sys

# Steps that are prose in the table.
PHRASES = {
    "freeze": "STEP(JetOSSnapshotFreeze(id, &n, &instances, 0))",
    "thaw": "STEP(JetOSSnapshotThaw(id, 0))",
    "prepare": "STEP(JetOSSnapshotPrepare(&id, 0))",
    "OSSnapshotTimeout=100": "STEP(JetSetSystemParameter(&i, 0, JET_paramOSSnapshotTimeout, 100, NULL))",
    "sleep 2 s": "pause_ms(2000)",
    "open x.edb as h": 'STEP(JetOpenFileInstance(i, "x.edb", &h, &lo, &hi))',
    "open any log as h": "STEP(JetOpenFileInstance(i, buf, &h, &lo, &hi))",
    "read until the reported size is reached": "read_all(i, h)",
    "li.cbSize=0": "li.cbSize = 0",
    "li.cbSize=sizeof(li)": "li.cbSize = sizeof li",
    "r.cbStruct=1": "r.cbStruct = 1",
    "p[0]={JET_paramMaxInstances,4}": "set_param(&p[0], JET_paramMaxInstances, 4)",
    "p[0]={9999,0}": "set_param(&p[0], 9999, 0)",
    "p[1]={9999,0}": "set_param(&p[1], 9999, 0)",
    "p[0].lParam=5": "p[0].lParam = 5",
    "q[0] any": "set_param(&p[0], JET_paramMaxInstances, 4)",
    "CircularLog=1": "STEP(JetSetSystemParameter(&i, 0, JET_paramCircularLog, 1, NULL))",
    'Recovery="off"': 'STEP(JetSetSystemParameter(&i, 0, JET_paramRecovery, 0, "off"))',
    'MaxTemporaryTables=0 and Recovery "off" on i': "no_sharing(&i)",
    "same settings and DIRS(&j,A)": "no_sharing(&j); DIRS(&j, A)",
    "MaxTemporaryTables=0 on j": "STEP(JetSetSystemParameter(&j, 0, JET_paramMaxTemporaryTables, 0, NULL))",
    'BaseName of j "xyz"': 'STEP(JetSetSystemParameter(&j, 0, JET_paramBaseName, 0, "xyz"))',
    "LogFilePath of j = A": "set_path(&j, JET_paramLogFilePath, A)",
    "SystemPath of j = A (TempPath B)": "set_path(&j, JET_paramSystemPath, A)",
    "TempPath of j = temp path of i": "set_path(&j, JET_paramTempPath, A)",
    'two instances, UP(j,"b",B)': 'UP(j, "b", B)',
    "empty directory E": "",
    "empty existing directory E": "",
    "directory E holding any file": 'make_file("E", "any.txt")',
    "directory does not exist, CreatePathIfNotExist off": "",
    "database z.edb exists": "make_detached(i, \"z.edb\")",
    "g = current generation": "",
    "advance checkpoint": "advance_checkpoint(i)",
    "delete every numbered log up to and including FullPrev.genHigh+1": "delete_backed_up_logs(A)",
    "damage one data page of x.edb on disk before it is cached": "damage_cold_page(&i, &s)",
    "databases removed": 'remove_file("x.edb")',
    "JetBeginExternalBackup(0) fails": "FAILS(JetBeginExternalBackup(0))",
    "JetInit(&j) fails": "FAILS(JetInit(&j))",
    "JetTerm2(i,JET_bitTermComplete) fails": "FAILS(JetTerm2(i, JET_bitTermComplete))",
    'JetOpenFileInstance(i,"nosuch.edb",..) fails': 'FAILS(JetOpenFileInstance(i, "nosuch.edb", &h, &lo, &hi))',
    "i fails JetInit for any reason (for example damaged log)": "fail_init(&i)",
    "trailer genHigh is H": "", "H greater than L": "", "genLow=L+1 passed": "", "genHigh=H-1 passed": "",
    "x.edb absent from D2": 'remove_file("D2/x.edb")',
    "D2\\x.edb replaced by a clean database of another origin": "replace_by_clean()",
    "log L absent": "remove_log(bak.low)",
    "log L+1 replaced by a log of another log stream": "replace_by_foreign_log(bak.low + 1)",
    "header pages of D2\\x.edb overwritten with noise": 'noise("D2/x.edb", 0, 8192)',
    "last page (trailer) of D2\\x.edb damaged": 'noise("D2/x.edb", -4096, 4096)',
    "extra log H+5 copied to L1": "copy_log(bak.high, bak.high + 5)",
    'JetExternalRestore2 with target name "nosuch" failed': 'FAILS(restore(bak.low, bak.high, "nosuch", NULL, NULL))',
    "restore succeeded": "STEP(restore(bak.low, bak.high, NULL, NULL, NULL))",
    "attach D2\\x.edb": 'STEP(JetBeginSession(i, &s, NULL, NULL)); STEP(JetAttachDatabase(s, path_of("D2/x.edb"), 0))',
    "i in JetTerm on another thread, waiting": "term_on_thread(i)",
    "two threads T1,T2": "",
    "T1 is inside JetInit(NULL)": "init_on_thread()",
}

# What the set-up process makes before the case's own process starts.
BACKUPS = {
    "BAK=full streaming backup of x.edb (file at D2\\x.edb, logs L..H in L1)": "BAK_STREAM",
    "BAK as copied, no restore done": "BAK_STREAM",
    "BAK=directory backup of x.edb in E": "BAK_FOLDER",
    "BAK=directory backup in E, all .pat files deleted": "BAK_FOLDER_NO_PAT",
    "BAK=directory backup in E with E\\new only (atomic)": "BAK_ATOMIC",
}

# Calls that are prose in the table.
CALLS = {
    "JetInit(NULL) after DIRS(NULL,B)": "(DIRS(NULL, B), JetInit(NULL))",
    "T2: JetInit(NULL)": "JetInit(NULL)",
    "thread 2: JetEndExternalBackupInstance2(i,JET_bitBackupEndAbort)": "end_on_thread(i)",
    'JetAttachDatabase(t,"x.edb",0) with the full path': 'JetAttachDatabase(t, path_of("x.edb"), 0)',
    "JetReadFileInstance(i,h,p,65536,&n) with p page aligned": "JetReadFileInstance(i, h, page, 65536, &n)",
    "JetReadFileInstance(i,h,..) reaching the page": "read_to_failure(i, h)",
    "JetInit(&i) with the stale i": "JetInit(&i)",
    'JetGetDatabaseFileInfo("x.edb",&misc,sizeof(misc),JET_DbInfoMisc)': 'JetGetDatabaseFileInfo("x.edb", &misc, sizeof misc, JET_DbInfoMisc)',
    'JetExternalRestore2("C","C",{x.edb->D2\\x.edb},1,"L1",{L,H,"edb"},NULL,NULL,NULL,cb)': "restore(bak.low, bak.high, NULL, NULL, NULL)",
    'JetExternalRestore2(..,szTargetInstanceLogPath="T",szTargetInstanceCheckpointPath=NULL,..)': 'restore(bak.low, bak.high, NULL, "T", NULL)',
    'JetExternalRestore2(..,szTargetInstanceName="t",szTargetInstanceLogPath="T",szTargetInstanceCheckpointPath="T",..)':
        'restore(bak.low, bak.high, "t", "T", "T")',
    "JetExternalRestore2A(..,map=NULL,count=1,..)": "restore_without_map()",
    'JetExternalRestore2(..,szTargetInstanceName="nosuch",..)': 'restore(bak.low, bak.high, "nosuch", NULL, NULL)',
    'JetExternalRestore2(..,szTargetInstanceName="t",..)': 'restore(bak.low, bak.high, "t", NULL, NULL)',
    "JetExternalRestore2(full range)": "restore(bak.low, bak.high, NULL, NULL, NULL)",
    "JetExternalRestore2(genLow=L+1)": "restore(bak.low + 1, bak.high, NULL, NULL, NULL)",
    "JetExternalRestore2(genHigh=H-1)": "restore(bak.low, bak.high - 1, NULL, NULL, NULL)",
    "JetExternalRestore2(range L..H, log directory C)": "restore(bak.low, bak.high, NULL, NULL, NULL)",
}

# Whole cases whose steps need more than a translation.
TARGET_RUNNING = 'UP(j,"t",T) running with the same log stream, logging not circular'
PHRASES[TARGET_RUNNING] = 'copy_folder("A", "T"); UP(j, "t", T)'

# Documented codes that are accepted beside the observed one.
ALSO = {"CC-276": [-555], "CC-277": [-554], "CC-278": [-553]}

# Side effects that the notes promise, as C conditions checked after the call.
AFTER = {
    "CC-002": "i != H0 && i != HN", "CC-003": "i != H0 && i != HN", "CC-004": "i != 0x12340", "CC-006": "j == HN",
    "CC-012": "j == HN", "CC-013": "JetBeginSession(i, &s, NULL, NULL) == 0", "CC-014": "j == 0x12340",
    "CC-017": "(DIRS(NULL, A), JetInit(NULL)) == 0", "CC-019": 'j == 0 && JetCreateInstance(&k, "b") == 0',
    "CC-023": "i != H0 && i != HN", "CC-024": "(DIRS(NULL, A), JetInit(NULL)) == 0", "CC-025": "j == HN", "CC-027": "j == HN",
    "CC-037": "n == 0", "CC-041": "n == 0x5a5a5a5a", "CC-043": "n == 1 && p[0].err == 0", "CC-044": "n == 0 && p[0].err == -1003",
    "CC-045": "n == 1 && p[0].err == 0", "CC-061": "JetRollback(s, 0) == 0 && JetTerm2(i, JET_bitTermComplete) == 0",
    "CC-063": "JetTerm(i) == -1115", "CC-077": 'JetCreateInstance(&i, "a") == 0', "CC-078": 'strcmp(buf, "xyz") == 0',
    "CC-079": 'strcmp(buf, "edb") == 0', "CC-096": "v == 16", "CC-123": 'JetCreateInstance(&i, "a") == 0', "CC-144": "n == 0",
    "CC-146": "n == 2", "CC-147": "n == 1 && instances[0].szInstanceName == NULL", "CC-148": "n == 1 && instances[0].cDatabases == 0",
    "CC-161": "JetEndExternalBackupInstance2(i, JET_bitBackupEndAbort) == 0", "CC-165": "JetGetAttachInfoInstance(i, NULL, 0, &n) == -520",
    "CC-178": "n > 10", "CC-179": "n == 0x5a5a5a5a && JetGetAttachInfoInstanceA(i, NULL, 0, &n) == 0", "CC-181": "n == 1 && buf[0] == 0",
    "CC-182": "JetGetLogInfoInstance(i, buf, 2000, &n) == 0", "CC-187": "(lo % 4096) == 0 && hi == 0",
    "CC-190": "JetCloseFileInstance(i, h) == 0", "CC-193": "JetEndExternalBackupInstance(i) == -520",
    "CC-194": "JetEndExternalBackupInstance(i) == -520", "CC-195": "JetEndExternalBackupInstance(i) == -520",
    "CC-196": "JetEndExternalBackupInstance(i) == -520", "CC-197": "n == 65536 && memcmp(page, page + 4096, 4096) == 0 && page[184 + 16] != 0",
    "CC-199": "n == 12288", "CC-202": "n == 0", "CC-208": "JetCloseFileInstance(i, h) == -1003 && JetEndExternalBackupInstance2(i, JET_bitBackupEndAbort) == 0",
    "CC-211": "m == n && memcmp(buf, buf2, n) == 0", "CC-216": "li.ulGenLow <= li.ulGenHigh && memcmp(li.szBaseName, \"edb\", 3) == 0",
    "CC-217": "n == 10", "CC-218": "JetEndExternalBackupInstance2(i, JET_bitBackupEndAbort) == 0",
    "CC-230": "JetEndExternalBackupInstance2(i, JET_bitBackupEndAbort) == 0", "CC-237": 'JetBeginExternalBackupInstance(i, 0) == 0 && JetOpenFileInstance(i, "x.edb", &h, &lo, &hi) == 0',
    "CC-239": "misc.bkinfoIncPrev.genLow == 0 && misc.bkinfoFullPrev.genLow != 0", "CC-243": "JetBeginSession(i, &s, NULL, NULL) == 0",
    "CC-248": 'file_exists("E/x.edb") && file_exists("E/x.pat")', "CC-250": 'file_exists("E/new/x.edb")',
    "CC-251": 'file_exists("E/new/x.edb") && !file_exists("E/old/x.edb")', "CC-259": 'file_exists("x.edb") && JetCreateInstance(&i, "a") == 0',
    "CC-260": 'file_exists("D2/x.edb") && JetTerm(i) == 0', "CC-265": "JetCreateInstance(&i, \"a\") == 0", "CC-288": "n == 1",
}


def escape(text):
    return re.sub(r'"([^"]*)"', lambda m: '"' + m.group(1).replace("\\", "\\\\") + '"', text)


def split_steps(text):
    """Split at ";" outside quotes, parentheses and braces."""
    steps, depth, quoted, current = [], 0, False, ""
    for c in text:
        if c == '"':
            quoted = not quoted
        if not quoted:
            depth += c in "({[" and 1 or c in ")}]" and -1 or 0
            if c == ";" and depth == 0:
                steps.append(current.strip())
                current = ""
                continue
        current += c
    if current.strip():
        steps.append(current.strip())
    return steps


def fill_dots(call):
    call = re.sub(r'(JetGet(?:Truncate)?LogInfoInstance\(i,buf),\.\.\)', r"\1,2000,&n)", call)
    call = re.sub(r'(JetOpenFileInstance\(i,"[^"]*",&\w),\.\.\)', r"\1,&lo,&hi)", call)
    call = re.sub(r'(JetGetSystemParameter\(i,0,JET_paramBaseName),\.\.\)', r"\1,NULL,buf,260)", call)
    call = re.sub(r"\(i,(\w),p,", r"(i,\1,page,", call)
    call = re.sub(r"\(i,(\w),p\+512,", r"(i,\1,page+512,", call)
    call = re.sub(r"\(i,5,p,", "(i,5,page,", call)
    call = re.sub(r"JetReadFile\(0,p,", "JetReadFile(0,page,", call)
    call = re.sub(r"JetGetInstanceInfo\((&n|NULL),&p\)", r"JetGetInstanceInfo(\1,&instances)", call)
    call = re.sub(r"JetOSSnapshotFreeze\(id,&n,&p,0\)", "JetOSSnapshotFreeze(id,&n,&instances,0)", call)
    call = re.sub(r"JetEnableMultiInstanceW\(q,", "JetEnableMultiInstanceW(wide_params(p),", call)
    call = re.sub(r"JetEnableMultiInstanceA\(q,", "JetEnableMultiInstanceA(p,", call)
    call = re.sub(r"(JetGet\w+InstanceW\(i,)buf,", r"\1(JET_PWSTR)(void *)buf,", call)
    return escape(call)


def step_to_c(step):
    if step in PHRASES:
        return PHRASES[step]
    if step == "FRESH":
        return ""
    if step == "MULTI0":
        return "STEP(JetEnableMultiInstance(NULL, 0, NULL))"
    step = re.sub(r" on thread 1$", "", step)
    step = step.replace("JetInit(&i) with a damaged log", "JetInit(&i)")
    if re.fullmatch(r"[ijk]=\w+", step):
        return step
    m = re.fullmatch(r'(CREATE|DIRS|LEGACY|UP|DB|FILL|BEGIN|BEGININC|COPY|LOGS|FULL)\(.*\)', step)
    if m:
        return escape(step)
    m = re.fullmatch(r'(UP\(.*\)) with JET_paramRecovery "off" set before init', step)
    if m:
        return 'CREATE(i, "a"); DIRS(&i, A); STEP(JetSetSystemParameter(&i, 0, JET_paramRecovery, 0, "off")); STEP(JetInit(&i))'
    if re.fullmatch(r"Jet\w+\(.*\)", step):
        return "STEP(%s)" % fill_dots(step)
    if re.fullmatch(r"COPY of .*", step):
        return None
    return None


def call_to_c(call):
    if call in CALLS:
        return CALLS[call]
    parts = split_steps(call)
    if all(re.fullmatch(r"Jet\w+\(.*\)", p) for p in parts):
        text = [fill_dots(p) for p in parts]
        return text[0] if len(text) == 1 else "(%s)" % ", ".join(["(void)" + t for t in text[:-1]] + [text[-1]])
    return None


def main():
    source, target = sys.argv[1:3]
    with open(source, newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    out = ['/* Made from the table of conformance cases by generate.py. */', '#include "conformance.h"', ""]
    table, failed = [], []
    for row in rows:
        name = row["id"].replace("-", "_")
        backup, lines = "BAK_NONE", []
        for step in split_steps(row["preconditions"]):
            if step in BACKUPS:
                backup = BACKUPS[step]
                continue
            c = step_to_c(step)
            if c is None:
                failed.append("%s: step %s" % (row["id"], step))
            elif c:
                lines.append("    %s;" % c)
        call = call_to_c(row["call"])
        if call is None:
            failed.append("%s: call %s" % (row["id"], row["call"]))
            continue
        value = int(re.search(r"\((-?\d+)\)", row["expected"]).group(1))
        also = ALSO.get(row["id"], [value])[0]
        out.append("static int case_%s(void)\n{\n%s    result = %s;" % (name, "\n".join(lines) + "\n" if lines else "", call))
        if row["id"] in AFTER:
            out.append("    CHECK(%s);" % AFTER[row["id"]])
        out.append("    return result;\n}\n")
        table.append('    {"%s", "%s", %d, %d, %s, case_%s},' % (row["id"], row["area"], value, also, backup, name))
    if failed:
        sys.stderr.write("\n".join(failed) + "\n")
        return 1
    out.append("const struct conformance_case conformance_cases[] = {\n%s\n};" % "\n".join(table))
    out.append("const unsigned conformance_case_count = %d;" % len(table))
    with open(target, "w") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
