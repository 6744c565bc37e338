-- wrk: GET launch_config, every request with a signature of its own. The headers come from the file named by the
-- first argument, one set a line: hotkey, nonce, signature, tab-separated.
local sets, position = {}, 0

local thread_count = 0
function setup(thread)
    thread:set("offset", thread_count)
    thread_count = thread_count + 1
end

function init(args)
    for line in io.lines(args[1]) do
        sets[#sets + 1] = line
    end
    path = args[2]
    stride = tonumber(args[3])
    position = offset
end

function request()
    position = position + stride
    local line = sets[(position % #sets) + 1]
    local hotkey, nonce, signature = line:match("([^\t]+)\t([^\t]+)\t([^\t]+)")
    return wrk.format("GET", path, {
        ["X-Chutes-Hotkey"] = hotkey, ["X-Chutes-Nonce"] = nonce, ["X-Chutes-Signature"] = signature,
    })
end

local refused = 0
function response(status)
    if status ~= 200 then
        refused = refused + 1
        if refused == 1 then
            wrk.thread:stop()
        end
    end
end
