//! Chinese texts of commands and options, by their English texts.
//!
//! A test fails for a text that is missing here, and names the line to add.

/// The Chinese text for an English one.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    all().find(|(known, _)| *known == english).map(|(_, chinese)| chinese)
}

/// All texts, with English first.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.iter().chain(COMMON).chain(OPTIONS).chain(SIMULATOR).chain(BELOW).copied()
}

type Table = &'static [(&'static str, &'static str)];

#[rustfmt::skip]
const COMMANDS: Table = &[
    ("Talks to agents of Coze (扣子) and to its API", "与扣子（Coze）的智能体对话，调用扣子的 API"),
    ("Asks an agent, and prints the answer as it arrives", "向智能体提问，边生成边显示回答"),
    ("Lists, shows and publishes agents", "列出、查看和发布智能体"),
    ("Lists the agents of a workspace", "列出空间里的智能体"),
    ("Shows the configuration of an agent", "查看智能体的配置"),
    ("Publishes the draft of an agent, and prints its version", "发布智能体的草稿，并打印版本号"),
    ("Runs workflows, shows their results, and lists them", "运行工作流、查看结果、列出工作流"),
    ("Runs a published workflow, and prints its output as JSON", "运行已发布的工作流，以 JSON 打印输出"),
    ("Shows the result of an asynchronous run, as JSON", "以 JSON 打印一次异步运行的结果"),
    ("Lists the workflows of a workspace", "列出空间里的工作流"),
    ("Uploads files, and shows their metadata", "上传文件，查看文件信息"),
    ("Uploads files, and prints their ids", "上传文件，并打印文件 ID"),
    ("Prints name, size and time of an uploaded file, as JSON", "以 JSON 打印已上传文件的名称、大小和上传时间"),
    ("Converts text to speech and speech to text, and lists voices", "语音合成、语音识别、列出音色"),
    ("Converts text to speech, and writes it to a file", "把文本合成为语音，写入文件"),
    ("Transcribes the speech in a file", "把音频文件里的语音转成文字"),
    ("Lists the available voices", "列出可用的音色"),
    ("Sends any request to the API, and prints the response", "向 API 发送任意请求，并打印响应"),
    ("Logs in and out, and manages tokens", "登录、退出登录、管理令牌"),
    ("Logs in with an OAuth app or a token, and stores the tokens as a profile", "通过 OAuth 应用或令牌登录，把令牌保存为一个登录配置"),
    ("Lists the profiles, and shows which token is used; makes no request", "列出登录配置，说明会用哪个令牌；不发送请求"),
    ("Deletes a profile and its tokens", "删除登录配置和其中的令牌"),
    ("Asks the server whose token it is, and whether it is valid", "向服务端查询令牌属于谁、是否有效"),
    ("Runs the simulator: a local replacement of the API, without a model", "启动模拟器：在本机代替 API，背后没有模型"),
    ("Prints the completion script of a shell", "打印 shell 的补全脚本"),
    ("Prints the manual page of a command", "打印命令的 man 手册页"),
    ("Print this message or the help of the given subcommand(s)", "显示本帮助，或指定命令的帮助"),
];

#[rustfmt::skip]
const COMMON: Table = &[
    ("Print help", "显示帮助"),
    ("Print help (see more with '--help')", "显示简短的帮助（--help 更详细）"),
    ("Print help (see a summary with '-h')", "显示帮助（-h 更简短）"),
    ("Print version", "显示版本"),
    ("Prints details on standard error: reasoning, tool calls, follow-up questions, ids and token usage", "在标准错误输出详细信息：思考过程、工具调用、推荐问题、ID 和 token 用量"),
    ("Language of help and messages; by default that of the locale", "帮助和消息的语言；默认随系统的区域设置"),
    ("Connection", "连接"),
    ("Token, such as `pat_…`; better set `COZE_API_TOKEN`, since other users can see the list of processes", "令牌，例如 `pat_…`；最好改用环境变量 `COZE_API_TOKEN`，因为其他用户能看到进程列表"),
    ("Login of `coze auth login` to use; has precedence over `COZE_API_TOKEN`, which has precedence over `COZE_PROFILE`", "使用 `coze auth login` 保存的哪个登录配置；优先于 `COZE_API_TOKEN`，后者又优先于 `COZE_PROFILE`"),
    ("Hosted service: `cn` is api.coze.cn, `com` is api.coze.com, the default; `COZE_REGION` is the same", "官方站点：`cn` 是 api.coze.cn，`com` 是 api.coze.com（默认）；也可以用环境变量 `COZE_REGION`"),
    ("Address of another server, such as a self-hosted one; `COZE_API_BASE` is the same", "其他服务器的地址，例如自己部署的；也可以用环境变量 `COZE_API_BASE`"),
    ("Allows http addresses of other machines: anyone who can see the traffic gets the token; `COZE_ALLOW_PLAIN_HTTP=1` is the same", "允许其他机器的 http 地址：能看到流量的人都能拿到令牌；也可以设置 `COZE_ALLOW_PLAIN_HTTP=1`"),
    ("Uses the built-in simulator instead of a server: no token, no network, no model", "不连接服务器，使用内置模拟器：不需要令牌和网络，也没有模型"),
    ("Timeout for a response, or for the next piece of a stream: `30`, `1.5s`, `2m`; 10 minutes by default", "等待响应，或等待流的下一段数据的时限：`30`、`1.5s`、`2m`；默认 10 分钟"),
    ("Maximum number of entries", "最多列出多少条"),
    ("Prints all fields of each entry as a line of JSON", "每条打印一行 JSON，包含全部字段"),
    ("Prints all fields as JSON", "以 JSON 打印全部字段"),
    ("Prints the response as JSON", "以 JSON 打印响应"),
    ("Workspace: the number after /space/ or /w/ in the URL of its page", "空间 ID：空间页面地址中 /space/ 或 /w/ 后面的数字"),
    ("Sends files that exceed a documented limit, for servers with other limits", "不检查文档规定的文件限制，用于限制不同的服务器"),
    ("Name of the uploaded file, instead of its own; the extension determines the format", "上传后的文件名，代替原来的名字；扩展名决定格式"),
    ("Published", "已发布"),
    ("Never published", "从未发布"),
    ("All", "全部"),
];

#[rustfmt::skip]
const OPTIONS: Table = &[
    // coze chat
    ("Question; `-` reads it from standard input, which is also the default if that is not a terminal", "问题；写成 `-` 时从标准输入读取，标准输入不是终端时默认如此"),
    ("Agent to ask: the number after /bot/ in the URL of its page", "智能体 ID：智能体页面地址中 /bot/ 后面的数字"),
    ("Name of the user, by default `coze-cli`; the agent has a separate memory for each user", "用户标识，默认 `coze-cli`；智能体对每个用户的记忆相互独立"),
    ("Conversation to continue", "要继续的会话"),
    ("Continues the latest conversation with this agent as this user", "以同一用户继续与该智能体最近的会话"),
    ("Image to attach: a file, or a public URL; may be repeated", "附带的图片：文件路径，或可公开访问的 URL；可以多次使用"),
    ("File to attach: a path or a public URL; may be repeated", "附带的文件：路径，或可公开访问的 URL；可以多次使用"),
    ("Audio to attach: a path or a public URL; may be repeated", "附带的音频：路径，或可公开访问的 URL；可以多次使用"),
    ("Output of a tool that the agent calls, usually JSON; on a terminal you are prompted for the others", "智能体调用的工具的输出，通常是 JSON；在终端上会询问没有写明的"),
    ("Value of a variable in the prompt of the agent; may be repeated", "智能体提示词中变量的值；可以多次使用"),
    ("Input of an agent in chatflow mode: NAME=TEXT, or NAME:=JSON for numbers, lists and objects; may be repeated", "对话流模式智能体的输入参数：NAME=TEXT，数字、数组和对象用 NAME:=JSON；可以多次使用"),
    ("Prints each event as one line of JSON, `{\"event\": …, \"data\": …}`, and nothing else", "每个事件打印一行 JSON，`{\"event\": …, \"data\": …}`，此外什么也不打印"),
    // coze bots
    ("Agents to list", "列出哪些智能体"),
    ("Published, with a draft that was changed since", "已发布，之后草稿又有改动"),
    ("Channel to which they are published; by default the API", "发布到的渠道；默认是 API"),
    ("Agent: the number after /bot/ in the URL of its page", "智能体 ID：智能体页面地址中 /bot/ 后面的数字"),
    ("Shows the draft instead of the published version", "查看草稿，而不是已发布的版本"),
    ("Channel to publish to: 1024 is the API, the default, 999 the Chat SDK; may be repeated", "发布到的渠道：1024 是 API（默认），999 是 Chat SDK；可以多次使用"),
    // coze workflow
    ("Workflow; it must be published", "工作流 ID；工作流必须已发布"),
    ("Input: NAME=TEXT, or NAME:=JSON for numbers, lists and objects; may be repeated", "输入参数：NAME=TEXT，数字、数组和对象用 NAME:=JSON；可以多次使用"),
    ("Inputs as a JSON object: a file, or - for standard input; -p adds to them", "JSON 对象形式的输入参数：文件，或用 - 表示标准输入；-p 在此基础上添加"),
    ("Starts the run and prints its id, for `coze workflow history`", "启动后只打印执行 ID，之后用 `coze workflow history` 查看结果"),
    ("Prints the output of the nodes as it arrives", "边运行边打印各节点的输出"),
    ("Answer to a question of the workflow; may be repeated, in the order of the questions", "对工作流提问的回答；可以多次使用，与提问的顺序一致"),
    ("Agent on whose behalf the workflow runs", "以哪个智能体的身份运行"),
    ("App that contains the workflow", "工作流所属的应用"),
    ("Workflow", "工作流 ID"),
    ("Run, by the id that `coze workflow run --async` printed", "`coze workflow run --async` 打印的执行 ID"),
    ("Workflows to list", "列出哪些工作流"),
    ("Only workflows, or only chatflows", "只列出工作流，或只列出对话流"),
    ("App that contains them", "所属的应用"),
    // coze files
    ("File to upload; `-` reads standard input, and requires --name", "要上传的文件；`-` 表示标准输入，这时必须写 --name"),
    ("Number of files to upload at the same time", "同时上传多少个文件"),
    ("Prints a line of JSON for each file: `{\"path\": …, \"file\": …}` or `{\"path\": …, \"error\": …}`", "每个文件打印一行 JSON：`{\"path\": …, \"file\": …}` 或 `{\"path\": …, \"error\": …}`"),
    ("File, by the id that its upload printed", "上传时打印的文件 ID"),
    // coze audio
    ("Text, at most 1024 bytes: about 340 Chinese characters; `-` reads it from standard input, which is also the default if that is not a terminal", "要合成的文本，最多 1024 字节，约 340 个汉字；写成 `-` 时从标准输入读取，标准输入不是终端时默认如此"),
    ("File to write, which appears when it is complete; `-` is standard output", "要写入的文件，完整之后才会出现；`-` 表示标准输出"),
    ("Voice, by its id in `coze audio voices`; by default the first one listed", "音色 ID，见 `coze audio voices`；默认用其中第一个"),
    ("Encoding; by default that of the file extension, and mp3 for standard output", "编码格式；默认由文件扩展名决定，标准输出默认 mp3"),
    ("Speed, where 1 is normal: from 0.5 to 2 with most voices", "语速，1 为正常；多数音色支持 0.5 到 2"),
    ("Sample rate in Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000; 24000 by default", "采样率，单位 Hz：8000、16000、22050、24000、32000、44100 或 48000；默认 24000"),
    ("Change of the volume in percent, from -50 to 100", "音量调整的百分比，-50 到 100"),
    ("Emotion, such as happy, sad or angry; for voices that support it", "情感，例如 happy、sad、angry；需要音色支持"),
    ("Strength of the emotion, from 1 to 5", "情感强度，1 到 5"),
    ("Style in your own words, such as \"low and hoarse\"; for voices that support it", "用文字描述的风格，例如“低沉沙哑”；需要音色支持"),
    ("Sends text that exceeds a documented limit, for servers with other limits", "不检查文档规定的文本限制，用于限制不同的服务器"),
    ("Audio, at most 10 MB and 30 minutes: ogg, mp3, wav, m4a, mp4 and others; `-` reads standard input, and requires --name", "音频，最大 10 MB、30 分钟：ogg、mp3、wav、m4a、mp4 等；`-` 表示标准输入，这时必须写 --name"),
    ("Prints the response as JSON, instead of only the text", "以 JSON 打印响应，而不是只打印文字"),
    ("Omits the voices of Coze", "不列出扣子自带的音色"),
    // coze api
    ("Method, such as GET or POST", "请求方法，例如 GET 或 POST"),
    ("Path, such as /v1/workspaces; a query may follow it, as in `/v1/workspaces?page_num=1`", "路径，例如 /v1/workspaces；后面可以带查询参数，如 `/v1/workspaces?page_num=1`"),
    ("Query parameter; may be repeated", "查询参数；可以多次使用"),
    ("Body: JSON text, @FILE, or - for standard input", "请求体：JSON 文本、@FILE，或用 - 表示标准输入"),
    ("Header to add; may be repeated", "添加的请求头；可以多次使用"),
    // coze auth
    ("OAuth app for devices or, with --web, for PKCE", "设备授权的 OAuth 应用；与 --web 一起使用时是 PKCE 应用"),
    ("OAuth app, as the JSON file of the console: of the type device, pkce or web", "OAuth 应用，用控制台下载的 JSON 文件指定：类型为 device、pkce 或 web"),
    ("Logs in with the browser of this machine, instead of a code that is entered in any browser", "用本机的浏览器登录，而不是在任意浏览器里输入设备码"),
    ("Address to which the browser returns with --web: one of this machine that is registered with the app", "使用 --web 时浏览器返回的地址：本机地址，必须已在应用中登记"),
    ("Logs in as a service app, without a user: the JSON file of the console, of the type jwt", "以服务类应用登录，不需要用户参与：控制台下载的 JSON 文件，类型为 jwt"),
    ("Stores a personal access token, which is read from standard input, without an OAuth app", "从标准输入读取个人访问令牌并保存，不需要 OAuth 应用"),
    ("Default agent of `coze chat` with this profile", "使用该登录配置时 `coze chat` 的默认智能体"),
    ("Default user of `coze chat` with this profile", "使用该登录配置时 `coze chat` 的默认用户"),
    ("Requests access to one workspace instead of all", "只申请一个空间的访问权限，而不是全部"),
    ("Opens the page in a browser of this machine, instead of only printing its address", "在本机浏览器里打开授权页面，而不只是打印地址"),
    ("Prints one JSON object: `{\"uses\": …, \"profile\": …, \"profiles\": […]}`", "打印一个 JSON 对象：`{\"uses\": …, \"profile\": …, \"profiles\": […]}`"),
    // coze completions, coze man
    ("Shell that runs the script", "运行脚本的 shell"),
    ("Command whose page is printed, such as `workflow run`; by default `coze` itself", "要打印手册页的命令，例如 `workflow run`；默认是 `coze` 本身"),
];

#[rustfmt::skip]
const SIMULATOR: Table = &[
    ("Address to listen on; for port 0, the first line of the output shows the port that was chosen", "监听地址；端口为 0 时由系统分配，输出的第一行会写明"),
    ("Service to simulate", "模拟哪种服务"),
    ("The hosted service, as its documentation describes it", "官方服务，以文档为准"),
    ("Self-hosted Coze Studio, with the answers that it really gives", "自己部署的 Coze Studio，以它的实际响应为准"),
    ("Rejects what official clients send in violation of the documentation", "官方客户端不符合文档的请求也拒绝"),
    ("Additional host name that requests may use, besides those of this computer; may be repeated", "除本机名称外，请求还可以使用的主机名；可以多次使用"),
    ("Additional origin of web pages that may use the simulator, besides those of this computer; may be repeated", "除本机网页外，还允许哪个来源（origin）的网页访问；可以多次使用"),
    ("JSON file with scripted bots, faults and results of documents", "JSON 脚本文件：智能体的回答、故障、文档的处理结果"),
    ("JSON file with a workflow; may be repeated", "定义工作流的 JSON 文件；可以多次使用"),
    ("Constant for the workflows that use it; may be repeated", "工作流里引用的常量；可以多次使用"),
    ("Host that workflows may call; may be repeated", "允许工作流访问的主机；可以多次使用"),
    ("Token to accept instead of `pat_sim`; may be repeated, each token is another user", "接受的令牌，代替 `pat_sim`；可以多次使用，每个令牌代表一个用户"),
    ("File to write with the configuration of a demo OAuth app, as the console exports it; contains a private key of the simulator", "把演示用 OAuth 应用的配置写入该文件，格式与控制台下载的相同；其中含有模拟器的私钥"),
    ("Approximate limit in bytes for conversations, files, runs, datasets, voices and so on; the oldest are removed first", "会话、文件、运行记录、知识库、音色等数据的大致上限（字节）；超出时先删除最旧的"),
    ("Prints the JSON Schema of scripts and workflow files, and exits", "打印脚本和工作流文件的 JSON Schema，然后退出"),
    ("Time between two deltas of an answer, in milliseconds", "回答的两段增量之间的间隔，单位毫秒"),
    ("Maximum size of an uploaded file, in bytes; by default that of the service", "上传文件的大小上限，单位字节；默认与官方服务相同"),
];

/// Lines below the options, without their indents.
#[rustfmt::skip]
const BELOW: Table = &[
    ("Examples:", "示例："),
    ("Environment:", "环境变量："),
    ("COZE_API_TOKEN  token; without a token, a login and a server, `coze chat` uses the built-in simulator", "COZE_API_TOKEN  令牌；没有令牌、没有登录、也没有指定服务器时，`coze chat` 由内置模拟器回答"),
    ("COZE_PROFILE    login to use, by the name that it has in `coze auth login`", "COZE_PROFILE    使用哪个登录配置，即 `coze auth login` 时的名字"),
    ("COZE_API_BASE   address of the server; --base-url and --region have precedence", "COZE_API_BASE   服务器地址；--base-url 和 --region 优先"),
    ("COZE_REGION     hosted service, `cn` or `com`; --base-url and --region have precedence", "COZE_REGION     官方站点，`cn` 或 `com`；--base-url 和 --region 优先"),
    ("COZE_BOT_ID     id of the agent for `coze chat`", "COZE_BOT_ID     `coze chat` 的智能体 ID"),
    ("id of the workspace for lists", "各种列表的空间 ID"),
    ("allows http:// to other machines, which sends the token unencrypted", "允许以 http:// 访问其他机器，令牌会以明文传输"),
    ("COZE_CLIENT_ID  OAuth app for `coze auth login`", "COZE_CLIENT_ID  `coze auth login` 的 OAuth 应用"),
    ("language, if --lang is not given: zh_CN and the like are Chinese", "没有写 --lang 时的语言：zh_CN 等为中文"),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, NO_COLOR as usual", "HTTPS_PROXY、HTTP_PROXY、ALL_PROXY、NO_PROXY、NO_COLOR 与通常的用法相同"),
    ("The first token found is used: --token, --profile, COZE_API_TOKEN, COZE_PROFILE, the profile `default`. A profile belongs to the server of its login.", "按以下顺序使用找到的第一个令牌：--token、--profile、COZE_API_TOKEN、COZE_PROFILE、名为 `default` 的登录配置。登录配置只用于登录时的服务器。"),
    ("Exit codes:", "退出码："),
    ("0    success", "0    成功"),
    ("1    any other failure, such as a full disk", "1    其他失败，例如磁盘已满"),
    ("2    wrong usage: options, addresses, files", "2    用法错误：选项、地址、文件"),
    ("3    authentication or permission", "3    鉴权或权限错误"),
    ("4    error of the API", "4    API 返回的错误"),
    ("5    network failure or timeout", "5    网络故障或超时"),
    ("6    response that is truncated or cannot be decoded", "6    响应被截断或无法解析"),
    ("7    agent that waits for the output of a tool, which was not provided", "7    智能体在等待工具的输出，但没有提供"),
    ("129  hung up", "129  终端关闭"),
    ("130  interrupted", "130  被 Ctrl-C 中断"),
    ("143  terminated", "143  被终止"),
    ("coze chat --image photo.jpg \"What is this?\"", "coze chat --image photo.jpg \"这是什么？\""),
    ("coze chat            (a session with history; /help shows its commands)", "coze chat            （连续对话，带历史记录；/help 列出可用的命令）"),
    ("Prints for each agent its id, its name, and when it was published and changed.", "为每个智能体打印 ID、名称、发布时间和修改时间。"),
    ("Prints a line for each property, followed by `--` and the prompt.", "每项配置打印一行，最后是 `--` 和提示词。"),
    ("Prints for each workflow its id, its name, and when it was changed.", "为每个工作流打印 ID、名称和修改时间。"),
    ("Prints a line for each voice: id, name and language, separated by tabs.", "每个音色打印一行：ID、名称和语言，以制表符分隔。"),
    ("Prints a line for each file when it is uploaded: the id, a tab, the path. A failed file does not stop the others; the exit code is that of the first failure.", "每个文件上传完成时打印一行：ID、制表符、路径。某个文件失败不影响其他文件；退出码取第一个失败的文件。"),
    ("Prints the response unchanged, indented on a terminal; each event of a stream is a line of JSON. A response that reports an error is printed too, with a nonzero exit code.", "原样打印响应，在终端上会缩进；流的每个事件是一行 JSON。报告错误的响应也会打印，此时退出码不为零。"),
    ("The tokens are stored as the profile of --profile or COZE_PROFILE, by default `default`, in the folder `coze/profiles` of the configuration folder (~/.config, %APPDATA%), readable only by you. They are renewed automatically; for that, the files of --jwt, and of --app for an app with a secret, are read again and must not be moved.", "令牌保存在 --profile 或 COZE_PROFILE 指定的登录配置里，默认为 `default`；位于系统配置目录（~/.config、%APPDATA%）下的 `coze/profiles`，只有你自己可读。令牌会自动续期；续期时要再次读取 --jwt 的文件，以及带密钥的应用的 --app 文件，所以这些文件不能移走。"),
];
