<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name></name>
    <message>
        <source> &apos;{text}&apos; has no key now.</source>
        <translation>“{text}”现在没有按键。</translation>
    </message>
    <message>
        <source> (full)</source>
        <translation>（已满）</translation>
    </message>
    <message>
        <source> It has to be held down.</source>
        <translation>它需要一直按住。</translation>
    </message>
    <message>
        <source> Left out, since their clip has no scan area of its own: {without_area}. Draw one, and save again.</source>
        <translation> 未写入（其片段没有自己的扫描区域）：{without_area}。请绘制扫描区域后重新保存。</translation>
    </message>
    <message>
        <source> Left out, since their frames are others than those that were corrected: {left_out}.</source>
        <translation>因帧与修正时不同而略去：{left_out}。</translation>
    </message>
    <message>
        <source> Next try in {n} s.</source>
        <translation>{n} 秒后重试。</translation>
    </message>
    <message>
        <source> Nothing is interpolated between a frame with the region and one without it.</source>
        <translation>有区域的帧与无区域的帧之间不插值。</translation>
    </message>
    <message>
        <source> Removed, since their frames have no correction any more: {removed}.</source>
        <translation> 已删除（其帧不再有修正）：{removed}。</translation>
    </message>
    <message>
        <source> Trying again.</source>
        <translation>正在重试。</translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source> · {rate:.0f} a second</source>
        <translation> · 每秒 {rate:.0f} 帧</translation>
    </message>
    <message>
        <source>&apos;{address}&apos; is not a source word: for a stream on the network write &apos;camera:{address}&apos;.</source>
        <translation>“{address}”不是图像源的写法：网络视频流请写成“camera:{address}”。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is deleted.</source>
        <translation>“{name}”已删除。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is no key that can be used</source>
        <translation>“{name}”不是可用的按键</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is saved as everything is set now.</source>
        <translation>当前设置已保存为“{name}”。</translation>
    </message>
    <message>
        <source>&apos;{old}&apos; is called &apos;{new}&apos; now.</source>
        <translation>“{old}”已改名为“{new}”。</translation>
    </message>
    <message>
        <source>&apos;{word}&apos; names no OpenIGTLink server: write &apos;igtl://HOST:PORT&apos;, mostly with port 18944.</source>
        <translation>“{word}”不是 OpenIGTLink 服务器：请写 igtl://主机:端口，端口通常为 18944。</translation>
    </message>
    <message>
        <source>&apos;{word}&apos; names no camera: write &apos;camera:0&apos;, &apos;camera:/dev/video0&apos;, or &apos;camera:&apos; and an address that begins with rtsp:// or http://.</source>
        <translation>“{word}”不是摄像头：请写 camera:0、camera:/dev/video0，或 camera: 加上以 rtsp:// 或 http:// 开头的地址。</translation>
    </message>
    <message>
        <source>&apos;{word}&apos; names no part of the screen: write &apos;screen&apos;, &apos;screen:2&apos; for the second monitor, or &apos;screen:X,Y,WIDTH,HEIGHT&apos; in pixels.</source>
        <translation>“{word}”不是屏幕的一部分：请写 screen、screen:2（第二个显示器），或以像素为单位的 screen:X,Y,宽,高。</translation>
    </message>
    <message>
        <source>, (comma)</source>
        <translation>，（逗号）</translation>
    </message>
    <message>
        <source>, and {n} more</source>
        <translation>，另有 {n} 处</translation>
    </message>
    <message>
        <source>, {dropped} dropped</source>
        <translation>，丢 {dropped} 帧</translation>
    </message>
    <message>
        <source>. (full stop)</source>
        <translation>.（句点）</translation>
    </message>
    <message>
        <source>1 clip</source>
        <translation>1 个片段</translation>
    </message>
    <message>
        <source>1 frame</source>
        <translation>1 帧</translation>
    </message>
    <message>
        <source>1 frame is exported to {folder}.</source>
        <translation>已导出 1 帧到 {folder}。</translation>
    </message>
    <message>
        <source>1 frame, {time}</source>
        <translation>1 帧，{time}</translation>
    </message>
    <message>
        <source>A camera, a monitor, a part of the screen or a file: each is offered with its picture. Or stay with what is shown now.</source>
        <translation>摄像头、显示器、屏幕的一部分或文件：每一项都附有图像供选择。也可以保留当前显示的内容。</translation>
    </message>
    <message>
        <source>A clip cannot be written into {folder}: OpenCV has no encoder for it here.</source>
        <translation>无法在 {folder} 中写入视频：此处的 OpenCV 没有相应的编码器。</translation>
    </message>
    <message>
        <source>A clip of the scan area with its overlay</source>
        <translation>带叠加层的扫描区域视频</translation>
    </message>
    <message>
        <source>A finds no region</source>
        <translation>A 未发现区域</translation>
    </message>
    <message>
        <source>A folder in {path}</source>
        <translation>{path} 中的文件夹</translation>
    </message>
    <message>
        <source>A frame was left before it was shown: go back to it and answer again.</source>
        <translation>有一帧在显示之前就被跳过：请回到该帧重新作答。</translation>
    </message>
    <message>
        <source>A has no answer for this frame</source>
        <translation>A 对此帧没有结果</translation>
    </message>
    <message>
        <source>A model outlines where the anaesthetic goes on an ultrasound picture of the groin. It is a guess: it does not find the nerve, and must not decide where a needle goes. {notice} Hold {raw} to see the picture without it.</source>
        <translation>模型在腹股沟超声图像上勾画局麻药应到达的区域。这只是推测：它并不寻找神经，绝不能据此决定进针位置。{notice}按住 {raw} 可查看没有叠加层的图像。</translation>
    </message>
    <message>
        <source>A only</source>
        <translation>仅 A</translation>
    </message>
    <message>
        <source>A preset keeps the source, its scan area, the model and the overlay&apos;s settings.</source>
        <translation>预设保存图像源、其扫描区域、模型以及叠加层的设置。</translation>
    </message>
    <message>
        <source>A recording in {path}</source>
        <translation>{path} 中的录像</translation>
    </message>
    <message>
        <source>A, on the left: a model</source>
        <translation>A，左侧：一个模型</translation>
    </message>
    <message>
        <source>Address of a stream</source>
        <translation>视频流地址</translation>
    </message>
    <message>
        <source>Address of a stream …</source>
        <translation>视频流地址 …</translation>
    </message>
    <message>
        <source>Address of the stream, such as rtsp://192.168.1.20/stream, http://192.168.1.20/video or igtl://192.168.1.20:18944</source>
        <translation>视频流地址，例如 rtsp://192.168.1.20/stream、http://192.168.1.20/video 或 igtl://192.168.1.20:18944</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>一致性</translation>
    </message>
    <message>
        <source>All frames</source>
        <translation>全部帧</translation>
    </message>
    <message>
        <source>All frames analysed</source>
        <translation>全部帧已分析</translation>
    </message>
    <message>
        <source>All is well.</source>
        <translation>一切正常。</translation>
    </message>
    <message>
        <source>All keys are as shipped.</source>
        <translation>全部按键已恢复出厂设置。</translation>
    </message>
    <message>
        <source>All of the scan area</source>
        <translation>显示整个扫描区域</translation>
    </message>
    <message>
        <source>All other cases are answered: those that went worst come again.</source>
        <translation>其余病例都已作答：从成绩最差的开始重新出现。</translation>
    </message>
    <message>
        <source>All your answers: {count}</source>
        <translation>累计作答：{count}</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Analyse all frames while paused, or not</source>
        <translation>暂停时分析全部帧，或不分析</translation>
    </message>
    <message>
        <source>Analysed {done} of {total}</source>
        <translation>已分析 {done}/{total}</translation>
    </message>
    <message>
        <source>Analysed {done} of {total}, goes on while paused</source>
        <translation>已分析 {done}/{total}，暂停时继续</translation>
    </message>
    <message>
        <source>Analysed {done} of {total}, held</source>
        <translation>已分析 {done}/{total}，已停住</translation>
    </message>
    <message>
        <source>Analysed {done} of {total}, no room for more</source>
        <translation>已分析 {done}/{total}，空间已满</translation>
    </message>
    <message>
        <source>Analysing {done} of {total}</source>
        <translation>正在分析 {done}/{total}</translation>
    </message>
    <message>
        <source>Analysis</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Animated GIF</source>
        <translation>GIF 动画</translation>
    </message>
    <message>
        <source>Another case</source>
        <translation>换一例</translation>
    </message>
    <message>
        <source>Another model …</source>
        <translation>其他模型 …</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>As system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>A–B</source>
        <translation>A–B</translation>
    </message>
    <message>
        <source>B finds no region</source>
        <translation>B 未发现区域</translation>
    </message>
    <message>
        <source>B has no answer for this frame</source>
        <translation>B 对此帧没有结果</translation>
    </message>
    <message>
        <source>B only</source>
        <translation>仅 B</translation>
    </message>
    <message>
        <source>B, on the right: a model, a folder of masks, recorded masks or your own corrections</source>
        <translation>B，右侧：一个模型、掩膜文件夹、录制的掩膜或您自己的修正</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Block region</source>
        <translation>阻滞区域</translation>
    </message>
    <message>
        <source>Block region, %</source>
        <translation>阻滞区域，%</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>两者</translation>
    </message>
    <message>
        <source>Both: no region found, which agrees</source>
        <translation>两者均未发现区域，结果一致</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>手工</translation>
    </message>
    <message>
        <source>COMPARING</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>CORRECTING BY HAND</source>
        <translation>手工修正</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像头</translation>
    </message>
    <message>
        <source>Camera {number}</source>
        <translation>摄像头 {number}</translation>
    </message>
    <message>
        <source>Camera: {title}</source>
        <translation>摄像头：{title}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cases: {done} of {total}</source>
        <translation>病例：{done}/{total}</translation>
    </message>
    <message>
        <source>Change …</source>
        <translation>更改 …</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Check cable, machine and address, or choose another source.</source>
        <translation>请检查电缆、超声仪和地址，或选择其他图像源。</translation>
    </message>
    <message>
        <source>Check everything</source>
        <translation>全面检查</translation>
    </message>
    <message>
        <source>Check the scan area</source>
        <translation>检查扫描区域</translation>
    </message>
    <message>
        <source>Check your outline; then the next case</source>
        <translation>核对所画轮廓；再按进入下一例</translation>
    </message>
    <message>
        <source>Choose a key, then press another one, or the pedal. Each action takes two: one to type, one for a pedal. Tab goes on, and Enter presses what has the focus: these two stay.</source>
        <translation>先选择一个按键，再按下新的按键或脚踏开关。每个操作可有两个：一个用键盘，一个用脚踏开关。Tab 移到下一项，Enter 按下当前项：这两个键固定不变。</translation>
    </message>
    <message>
        <source>Choose a source</source>
        <translation>选择图像源</translation>
    </message>
    <message>
        <source>Choose a source.</source>
        <translation>请选择图像源。</translation>
    </message>
    <message>
        <source>Choose another engine or model.</source>
        <translation>请选择其他引擎或模型。</translation>
    </message>
    <message>
        <source>Choose the folder to export into</source>
        <translation>选择导出到的文件夹</translation>
    </message>
    <message>
        <source>Clip, {kind}</source>
        <translation>视频，{kind}</translation>
    </message>
    <message>
        <source>Clips by study and series</source>
        <translation>按检查和序列排列的片段</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>关闭消息</translation>
    </message>
    <message>
        <source>Close the program</source>
        <translation>退出程序</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>关闭此对话框</translation>
    </message>
    <message>
        <source>Close; an export goes on</source>
        <translation>关闭；导出继续进行</translation>
    </message>
    <message>
        <source>Closes this page</source>
        <translation>关闭此页</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compare and look closer</source>
        <translation>比较与放大</translation>
    </message>
    <message>
        <source>Compare two models, or a model and masks, or leave</source>
        <translation>比较两个模型，或模型与掩膜，或退出</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Corner</source>
        <translation>角落</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Correct by hand</source>
        <translation>手工修正</translation>
    </message>
    <message>
        <source>Correct it</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Correct masks by hand, or leave</source>
        <translation>手工修正掩膜，或退出</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>已修正</translation>
    </message>
    <message>
        <source>DEMO</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>DICOM clips</source>
        <translation>DICOM 片段</translation>
    </message>
    <message>
        <source>DICOM folder</source>
        <translation>DICOM 文件夹</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Dark or light, as the desktop is</source>
        <translation>深色或浅色，跟随桌面</translation>
    </message>
    <message>
        <source>Dark, for a dim room</source>
        <translation>深色，适合较暗的房间</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete the chosen preset</source>
        <translation>删除所选预设</translation>
    </message>
    <message>
        <source>Delete the recording of {when}? It cannot be brought back.</source>
        <translation>删除 {when} 的录像？删除后无法恢复。</translation>
    </message>
    <message>
        <source>Delete the snapshot of {when}? It cannot be brought back.</source>
        <translation>删除 {when} 的快照？删除后无法恢复。</translation>
    </message>
    <message>
        <source>Delete …</source>
        <translation>删除 …</translation>
    </message>
    <message>
        <source>Demo</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>Demo&apos;s folder …</source>
        <translation>演示文件夹 …</translation>
    </message>
    <message>
        <source>Depth and size of the block region</source>
        <translation>阻滞区域的深度和大小</translation>
    </message>
    <message>
        <source>Depth setting</source>
        <translation>深度设置</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Disagreement ▶</source>
        <translation>分歧 ▶</translation>
    </message>
    <message>
        <source>Distance in cm</source>
        <translation>距离（cm）</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Drag a rectangle round the ultrasound picture, or use the arrow keys (Shift sizes) and Enter · Esc leaves</source>
        <translation>在超声图像周围拖出矩形，或用方向键（按住 Shift 改变大小）和 Enter · Esc 退出</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Draw it</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Draw the scan area (arrow keys move, Shift sizes, Enter sets)</source>
        <translation>绘制扫描区域（方向键移动，Shift 改变大小，Enter 确定）</translation>
    </message>
    <message>
        <source>ENDED</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Engine and model</source>
        <translation>引擎和模型</translation>
    </message>
    <message>
        <source>Engine: {name}</source>
        <translation>引擎：{name}</translation>
    </message>
    <message>
        <source>Enter saves what is set now under this name</source>
        <translation>按 Enter 以此名称保存当前设置</translation>
    </message>
    <message>
        <source>Enter uses the chosen preset</source>
        <translation>按 Enter 使用所选预设</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Every frame of the recording</source>
        <translation>录像的每一帧</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export the settings</source>
        <translation>导出设置</translation>
    </message>
    <message>
        <source>Export …</source>
        <translation>导出 …</translation>
    </message>
    <message>
        <source>Export: clip, GIF, frames, masks, table</source>
        <translation>导出：视频、GIF、帧、掩膜、表格</translation>
    </message>
    <message>
        <source>Exporting: {done} frames. Playing goes on.</source>
        <translation>正在导出：{done} 帧。播放继续进行。</translation>
    </message>
    <message>
        <source>Exporting: {done} of {total} frames. Playing goes on.</source>
        <translation>正在导出：{done}/{total} 帧。播放继续进行。</translation>
    </message>
    <message>
        <source>FROZEN</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>FROZEN · NO SIGNAL</source>
        <translation>已冻结 · 无信号</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Fill, outline, or both</source>
        <translation>填充、轮廓或两者</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find it</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find the scan area anew</source>
        <translation>重新查找扫描区域</translation>
    </message>
    <message>
        <source>Fold away: {title}</source>
        <translation>收起：{title}</translation>
    </message>
    <message>
        <source>Fold the controls away, or show them</source>
        <translation>收起或显示控制面板</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Folder of masks …</source>
        <translation>掩膜文件夹 …</translation>
    </message>
    <message>
        <source>Folder of the demo&apos;s images</source>
        <translation>演示图像的文件夹</translation>
    </message>
    <message>
        <source>Folder to export into</source>
        <translation>导出文件夹</translation>
    </message>
    <message>
        <source>Folder with expert masks</source>
        <translation>专家掩膜文件夹</translation>
    </message>
    <message>
        <source>Folder with masks</source>
        <translation>含掩膜的文件夹</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Forget files</source>
        <translation>忘记文件</translation>
    </message>
    <message>
        <source>Forget the scale that is in use</source>
        <translation>清除正在使用的标尺</translation>
    </message>
    <message>
        <source>Forget this frame&apos;s correction</source>
        <translation>清除此帧的修正</translation>
    </message>
    <message>
        <source>Forgets the paths of all files and folders that were opened, with their settings and presets</source>
        <translation>忘记打开过的所有文件和文件夹的路径，以及它们的设置和预设</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Frame {n} of {total}</source>
        <translation>第 {n}/{total} 帧</translation>
    </message>
    <message>
        <source>Frame {n} of {total} · {agreement}</source>
        <translation>第 {n}/{total} 帧 · {agreement}</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>每秒帧数</translation>
    </message>
    <message>
        <source>Frames as PNG</source>
        <translation>帧存为 PNG</translation>
    </message>
    <message>
        <source>Frames as they came</source>
        <translation>原始帧</translation>
    </message>
    <message>
        <source>Frames interpolated: {n}. Look at them before you train on them.</source>
        <translation>已插值 {n} 帧。用于训练前请先查看。</translation>
    </message>
    <message>
        <source>Frames raw and with overlay</source>
        <translation>原始帧和带叠加层的帧</translation>
    </message>
    <message>
        <source>Frames side by side</source>
        <translation>并排的帧</translation>
    </message>
    <message>
        <source>Frames with both answers: {count}</source>
        <translation>两者均有结果的帧：{count}</translation>
    </message>
    <message>
        <source>Frames with overlay</source>
        <translation>带叠加层的帧</translation>
    </message>
    <message>
        <source>Frames without prediction</source>
        <translation>没有预测的帧</translation>
    </message>
    <message>
        <source>Frames {first} to {last} of {total}: {count} frames, {seconds:.1f} s</source>
        <translation>第 {first} 至 {last} 帧（共 {total} 帧）：{count} 帧，{seconds:.1f} 秒</translation>
    </message>
    <message>
        <source>Free disk</source>
        <translation>可用磁盘空间</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>冻结</translation>
    </message>
    <message>
        <source>Freeze the picture, or go on</source>
        <translation>冻结图像，或继续</translation>
    </message>
    <message>
        <source>Full screen: the picture alone, or not</source>
        <translation>全屏：只显示图像，或退出全屏</translation>
    </message>
    <message>
        <source>Give the chosen preset this name</source>
        <translation>将所选预设改为此名称</translation>
    </message>
    <message>
        <source>Higher threshold: smaller region; while correcting, larger brush</source>
        <translation>提高阈值：区域变小；修正时：增大画笔</translation>
    </message>
    <message>
        <source>How far apart are the two marks? Drag them to correct; Enter sets.</source>
        <translation>两个标记相距多远？可拖动标记修正；Enter 确定。</translation>
    </message>
    <message>
        <source>How far the export is</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>How it went</source>
        <translation>成绩</translation>
    </message>
    <message>
        <source>Import settings</source>
        <translation>导入设置</translation>
    </message>
    <message>
        <source>Import …</source>
        <translation>导入 …</translation>
    </message>
    <message>
        <source>In memory: {seconds:.0f} s, {size} of {most:.0f} MB{full}</source>
        <translation>内存中：{seconds:.0f} 秒，{size}/{most:.0f} MB{full}</translation>
    </message>
    <message>
        <source>Interpolate</source>
        <translation>插值</translation>
    </message>
    <message>
        <source>Interpolate again</source>
        <translation>重新插值</translation>
    </message>
    <message>
        <source>Interpolate between the corrected frames</source>
        <translation>在已修正的帧之间插值</translation>
    </message>
    <message>
        <source>Interpolated frames that are back: {n}.</source>
        <translation>已恢复的插值帧：{n}。</translation>
    </message>
    <message>
        <source>Interpolated frames that no longer fit were taken out: {loose}.</source>
        <translation>已去掉 {loose} 个不再适用的插值帧。</translation>
    </message>
    <message>
        <source>Interpolated frames that were taken out again: {n}.</source>
        <translation>再次移除的插值帧：{n}。</translation>
    </message>
    <message>
        <source>IoU of A, B</source>
        <translation>A、B 的 IoU</translation>
    </message>
    <message>
        <source>IoU of this frame: {iou:.3f}</source>
        <translation>此帧的 IoU：{iou:.3f}</translation>
    </message>
    <message>
        <source>IoU {iou:.2f}</source>
        <translation>IoU {iou:.2f}</translation>
    </message>
    <message>
        <source>It gives fewer pictures than it promises: try another USB port or a smaller picture.</source>
        <translation>实际帧率低于标称值：请换一个 USB 接口或使用较小的图像。</translation>
    </message>
    <message>
        <source>It is being started again.</source>
        <translation>正在重新启动。</translation>
    </message>
    <message>
        <source>Its files are missing or damaged: get the model anew.</source>
        <translation>模型文件缺失或损坏：请重新获取模型。</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keeps this page in the pictures folder</source>
        <translation>将此页保存到图片文件夹</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Keys: see and change them</source>
        <translation>按键：查看和更改</translation>
    </message>
    <message>
        <source>LIVE</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Language: that of the desktop, where it is known here</source>
        <translation>语言：跟随桌面（如有该语言）</translation>
    </message>
    <message>
        <source>Larger (wheel, two fingers)</source>
        <translation>放大（滚轮，双指）</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>增大画笔</translation>
    </message>
    <message>
        <source>Lateral side: not known, left, right</source>
        <translation>外侧：未知、左、右</translation>
    </message>
    <message>
        <source>Lateral: left</source>
        <translation>外侧：左</translation>
    </message>
    <message>
        <source>Lateral: right</source>
        <translation>外侧：右</translation>
    </message>
    <message>
        <source>Lateral: –</source>
        <translation>外侧：–</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Leave it there</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Leave what is open: message, tool, correcting, comparing, testing, full screen</source>
        <translation>退出当前内容：消息、工具、修正、比较、自测、全屏</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Light controls, for a bright room; what surrounds the picture stays dark</source>
        <translation>浅色控件，适合明亮的房间；图像周围保持深色</translation>
    </message>
    <message>
        <source>List of recordings and snapshots</source>
        <translation>录像和快照列表</translation>
    </message>
    <message>
        <source>List of the clips of a DICOM folder</source>
        <translation>DICOM 文件夹的片段列表</translation>
    </message>
    <message>
        <source>Live view</source>
        <translation>实时图像</translation>
    </message>
    <message>
        <source>Loading the model …</source>
        <translation>正在加载模型 …</translation>
    </message>
    <message>
        <source>Loading the plots …</source>
        <translation>正在加载曲线图 …</translation>
    </message>
    <message>
        <source>Look of the overlay</source>
        <translation>叠加层外观</translation>
    </message>
    <message>
        <source>Looked at: {done} of {total}</source>
        <translation>已处理：{done}/{total}</translation>
    </message>
    <message>
        <source>Looking at everything …</source>
        <translation>正在检查各项 …</translation>
    </message>
    <message>
        <source>Looking for cameras and monitors …</source>
        <translation>正在查找摄像头和显示器 …</translation>
    </message>
    <message>
        <source>Looking for the scan area.</source>
        <translation>正在查找扫描区域。</translation>
    </message>
    <message>
        <source>Looking up the expert&apos;s mask …</source>
        <translation>正在查找专家的掩膜……</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>正在查找 …</translation>
    </message>
    <message>
        <source>Looks at everything once more</source>
        <translation>重新检查各项</translation>
    </message>
    <message>
        <source>Lower threshold: larger region; while correcting, smaller brush</source>
        <translation>降低阈值：区域变大；修正时：减小画笔</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>计算机</translation>
    </message>
    <message>
        <source>Make room: snapshots and recordings need {room} GB.</source>
        <translation>请腾出空间：快照和录像需要 {room} GB。</translation>
    </message>
    <message>
        <source>Make the time line thin</source>
        <translation>收窄时间轴</translation>
    </message>
    <message>
        <source>Masks as PNG</source>
        <translation>掩膜存为 PNG</translation>
    </message>
    <message>
        <source>Masks, size of the frame</source>
        <translation>掩膜，整帧大小</translation>
    </message>
    <message>
        <source>Masks, size of the scan area</source>
        <translation>掩膜，扫描区域大小</translation>
    </message>
    <message>
        <source>Mean so far: {mean:.3f}</source>
        <translation>目前平均：{mean:.3f}</translation>
    </message>
    <message>
        <source>Mirror the picture left to right, or not</source>
        <translation>左右镜像图像，或取消</translation>
    </message>
    <message>
        <source>Mirrored</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model and engine</source>
        <translation>模型和引擎</translation>
    </message>
    <message>
        <source>Model&apos;s mask</source>
        <translation>模型掩膜</translation>
    </message>
    <message>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <source>Monitor {number}</source>
        <translation>显示器 {number}</translation>
    </message>
    <message>
        <source>Mouse back</source>
        <translation>鼠标后退键</translation>
    </message>
    <message>
        <source>Mouse forward</source>
        <translation>鼠标前进键</translation>
    </message>
    <message>
        <source>Mouse middle</source>
        <translation>鼠标中键</translation>
    </message>
    <message>
        <source>Mouse right</source>
        <translation>鼠标右键</translation>
    </message>
    <message>
        <source>Move it here</source>
        <translation>移到这里</translation>
    </message>
    <message>
        <source>NO SIGNAL</source>
        <translation>无信号</translation>
    </message>
    <message>
        <source>NO SOURCE</source>
        <translation>无图像源</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>Name, such as SonoSite in theatre 3</source>
        <translation>名称，例如“3 号手术间 SonoSite”</translation>
    </message>
    <message>
        <source>Neighbour&apos;s</source>
        <translation>邻帧掩膜</translation>
    </message>
    <message>
        <source>Neither A nor B has an answer for this frame</source>
        <translation>A 和 B 对此帧均没有结果</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Next case</source>
        <translation>下一例</translation>
    </message>
    <message>
        <source>Next clip</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Next disagreement, corrected frame, or case</source>
        <translation>下一处分歧、已修正的帧或下一例</translation>
    </message>
    <message>
        <source>Next of the source&apos;s scales, or none</source>
        <translation>图像源的下一个标尺，或不用标尺</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>No answer for this frame</source>
        <translation>对此帧没有结果</translation>
    </message>
    <message>
        <source>No camera found: plug one in, and it appears here.</source>
        <translation>未找到摄像头：插入后会显示在这里。</translation>
    </message>
    <message>
        <source>No disagreement is known after this frame.</source>
        <translation>此帧之后没有已知的分歧。</translation>
    </message>
    <message>
        <source>No disagreement is known before this frame.</source>
        <translation>此帧之前没有已知的分歧。</translation>
    </message>
    <message>
        <source>No expert says where the region is in this picture: go on to another case.</source>
        <translation>没有专家标出此图中的区域：请换一例。</translation>
    </message>
    <message>
        <source>No frame after this one was corrected.</source>
        <translation>此帧之后没有修正过的帧。</translation>
    </message>
    <message>
        <source>No frame before this one was corrected.</source>
        <translation>此帧之前没有修正过的帧。</translation>
    </message>
    <message>
        <source>No frames</source>
        <translation>不导出帧</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>去掉按键</translation>
    </message>
    <message>
        <source>No masks</source>
        <translation>不导出掩膜</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>无模型</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>尚无模型</translation>
    </message>
    <message>
        <source>No other frame was corrected by hand yet.</source>
        <translation>还没有其他手工修正过的帧。</translation>
    </message>
    <message>
        <source>No overlay: choose another engine or model.</source>
        <translation>没有叠加层：请选择其他引擎或模型。</translation>
    </message>
    <message>
        <source>No region</source>
        <translation>无区域</translation>
    </message>
    <message>
        <source>No region found</source>
        <translation>未发现阻滞区域</translation>
    </message>
    <message>
        <source>No region in this frame</source>
        <translation>此帧无区域</translation>
    </message>
    <message>
        <source>No scale is known for this picture: set one.</source>
        <translation>此图像没有已知的标尺：请设定。</translation>
    </message>
    <message>
        <source>No scale.</source>
        <translation>不用标尺。</translation>
    </message>
    <message>
        <source>No scan area found yet: draw it.</source>
        <translation>尚未找到扫描区域：请绘制。</translation>
    </message>
    <message>
        <source>No second picture</source>
        <translation>没有第二幅图像</translation>
    </message>
    <message>
        <source>No signal. {reason}{again}</source>
        <translation>无信号。{reason}{again}</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Nobody has said yet where the region is in these pictures: choose the folder with their expert masks, or correct some frames by hand first.</source>
        <translation>这些图像还没有人标出区域：请选择存放专家掩膜的文件夹，或先手工修正几帧。</translation>
    </message>
    <message>
        <source>None of the DICOM files in {folder} can be read; the last: {problem}</source>
        <translation>{folder} 中的 DICOM 文件均无法读取；最后一个：{problem}</translation>
    </message>
    <message>
        <source>None of the masks there belongs to a picture here.</source>
        <translation>那里的掩膜都不属于此处的图像。</translation>
    </message>
    <message>
        <source>None of the {n} images in {folder} can be read: replace the damaged files.</source>
        <translation>{folder} 中的 {n} 幅图像均无法读取：请替换损坏的文件。</translation>
    </message>
    <message>
        <source>Not all keys are as the settings say ({problem}{more}): see the page of keys.</source>
        <translation>部分按键与设置不符（{problem}{more}）：请查看按键页。</translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation>尚未比较</translation>
    </message>
    <message>
        <source>Nothing is held in memory (ring_seconds is 0)</source>
        <translation>内存中不保留图像（ring_seconds 为 0）</translation>
    </message>
    <message>
        <source>Nothing was kept yet. Record: {record}. Save the last seconds: {last}. Save a snapshot: {snapshot}.</source>
        <translation>还没有保存任何内容。录制：{record}。保存最近几秒：{last}。保存快照：{snapshot}。</translation>
    </message>
    <message>
        <source>OPENING</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>Of every frame: found or not, confidence, area, centre</source>
        <translation>每一帧：是否发现区域、置信度、面积、中心</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>One picture, the raw one beside it, or small in a corner</source>
        <translation>单幅图像、与原始图像并排，或原始图像缩小在角落</translation>
    </message>
    <message>
        <source>One second back</source>
        <translation>后退一秒</translation>
    </message>
    <message>
        <source>One second on</source>
        <translation>前进一秒</translation>
    </message>
    <message>
        <source>One thing needs a look (marked !).</source>
        <translation>有一项需要查看（标有 !）。</translation>
    </message>
    <message>
        <source>Only a recording or a folder of images can be compared on: open one first.</source>
        <translation>只能对录像或图像文件夹进行比较：请先打开一个。</translation>
    </message>
    <message>
        <source>Only a recording or a folder of images can be corrected by hand: open one first.</source>
        <translation>只能手工修正录像或图像文件夹：请先打开一个。</translation>
    </message>
    <message>
        <source>Only the clip that is shown is exported: {clip}.</source>
        <translation>只导出当前显示的片段：{clip}。</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open a file …</source>
        <translation>打开文件 …</translation>
    </message>
    <message>
        <source>Open a file: video, image or DICOM</source>
        <translation>打开文件：视频、图像或 DICOM</translation>
    </message>
    <message>
        <source>Open a folder of images or DICOM files</source>
        <translation>打开图像或 DICOM 文件夹</translation>
    </message>
    <message>
        <source>Open a folder …</source>
        <translation>打开文件夹 …</translation>
    </message>
    <message>
        <source>Open a folder: images or DICOM</source>
        <translation>打开文件夹：图像或 DICOM</translation>
    </message>
    <message>
        <source>Open a model&apos;s folder</source>
        <translation>打开模型文件夹</translation>
    </message>
    <message>
        <source>Open a model&apos;s folder…</source>
        <translation>打开模型文件夹…</translation>
    </message>
    <message>
        <source>Open a video, image or DICOM file</source>
        <translation>打开视频、图像或 DICOM 文件</translation>
    </message>
    <message>
        <source>Open the address of a stream</source>
        <translation>打开视频流地址</translation>
    </message>
    <message>
        <source>Opening what is kept of this recording …</source>
        <translation>正在打开此录像已保存的内容 …</translation>
    </message>
    <message>
        <source>Opening {name} …</source>
        <translation>正在打开 {name} …</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>正在打开 …</translation>
    </message>
    <message>
        <source>Orientation and scale</source>
        <translation>方位和标尺</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <source>Outline the block region, then check it.</source>
        <translation>请画出阻滞区域的轮廓，然后核对。</translation>
    </message>
    <message>
        <source>Outline the region first, or say that there is none.</source>
        <translation>请先画出区域的轮廓，或选择没有区域。</translation>
    </message>
    <message>
        <source>Overlap (IoU): you {own:.2f}</source>
        <translation>重叠（IoU）：您 {own:.2f}</translation>
    </message>
    <message>
        <source>Overlap (IoU): you {own:.2f}, model {model:.2f}</source>
        <translation>重叠（IoU）：您 {own:.2f}，模型 {model:.2f}</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>叠加层</translation>
    </message>
    <message>
        <source>Overlay age</source>
        <translation>叠加层延迟</translation>
    </message>
    <message>
        <source>Overlay as both</source>
        <translation>叠加层显示填充和轮廓</translation>
    </message>
    <message>
        <source>Overlay as fill</source>
        <translation>叠加层显示填充</translation>
    </message>
    <message>
        <source>Overlay as outline</source>
        <translation>叠加层显示轮廓</translation>
    </message>
    <message>
        <source>Overlay hidden while correcting, comparing or testing</source>
        <translation>修正、比较或自测时隐藏叠加层</translation>
    </message>
    <message>
        <source>Overlay more opaque</source>
        <translation>叠加层更不透明</translation>
    </message>
    <message>
        <source>Overlay more transparent</source>
        <translation>叠加层更透明</translation>
    </message>
    <message>
        <source>Overlay off</source>
        <translation>叠加层关</translation>
    </message>
    <message>
        <source>Overlay off while {raw_key} is held</source>
        <translation>按住 {raw_key} 时叠加层关</translation>
    </message>
    <message>
        <source>Overlay on</source>
        <translation>叠加层开</translation>
    </message>
    <message>
        <source>Overlay on or off</source>
        <translation>打开或关闭叠加层</translation>
    </message>
    <message>
        <source>Overlay on · hidden: drawing the scan area</source>
        <translation>叠加层开 · 已隐藏：正在绘制扫描区域</translation>
    </message>
    <message>
        <source>Overlay on · hidden: no model is running</source>
        <translation>叠加层开 · 已隐藏：没有模型在运行</translation>
    </message>
    <message>
        <source>Overlay on · hidden: no signal</source>
        <translation>叠加层开 · 已隐藏：无信号</translation>
    </message>
    <message>
        <source>Overlay on · hidden: setting the scale</source>
        <translation>叠加层开 · 已隐藏：正在设定标尺</translation>
    </message>
    <message>
        <source>Overlay on · hidden: too far behind</source>
        <translation>叠加层开 · 已隐藏：延迟过大</translation>
    </message>
    <message>
        <source>Overlay on · hidden: {age} behind</source>
        <translation>叠加层开 · 已隐藏：延迟 {age}</translation>
    </message>
    <message>
        <source>Overlay on · waiting for a prediction</source>
        <translation>叠加层开 · 等待预测</translation>
    </message>
    <message>
        <source>Own corrections</source>
        <translation>自己的修正</translation>
    </message>
    <message>
        <source>PAUSED</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Part of the screen</source>
        <translation>屏幕的一部分</translation>
    </message>
    <message>
        <source>Part of the screen …</source>
        <translation>屏幕的一部分 …</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Phantom</source>
        <translation>体模</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Picture age</source>
        <translation>图像延迟</translation>
    </message>
    <message>
        <source>Pictures with masks saved in {folder}: {pictures}, of them interpolated: {interpolated}.</source>
        <translation>已将带掩膜的图像保存到 {folder}：{pictures} 幅，其中插值 {interpolated} 幅。</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Play backwards; again: faster</source>
        <translation>倒放；再按：加快</translation>
    </message>
    <message>
        <source>Play faster</source>
        <translation>加快播放</translation>
    </message>
    <message>
        <source>Play forwards; again: faster</source>
        <translation>正放；再按：加快</translation>
    </message>
    <message>
        <source>Play or pause a recording</source>
        <translation>播放或暂停录像</translation>
    </message>
    <message>
        <source>Play slower</source>
        <translation>放慢播放</translation>
    </message>
    <message>
        <source>Plots</source>
        <translation>曲线图</translation>
    </message>
    <message>
        <source>Plots of the last minute</source>
        <translation>最近一分钟的曲线图</translation>
    </message>
    <message>
        <source>Plots of the last minute, or fold them away</source>
        <translation>显示或收起最近一分钟的曲线图</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Polygon: set, drag, add points (Alt+arrows and Enter, Delete)</source>
        <translation>多边形：设置、拖动、添加点（Alt+方向键和 Enter，Delete）</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>录像中的位置</translation>
    </message>
    <message>
        <source>Position in the recording. Triangles: frames where the model is surest. Strips: its confidence, the region&apos;s area, and where the picture is unlike the training data</source>
        <translation>录像中的位置。三角：模型最有把握的帧。条带：置信度、区域面积，以及图像与训练数据不符之处</translation>
    </message>
    <message>
        <source>Preset: {name}</source>
        <translation>预设：{name}</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Presets and settings</source>
        <translation>预设和设置</translation>
    </message>
    <message>
        <source>Presets for each machine; export and import settings</source>
        <translation>各台超声仪的预设；导出和导入设置</translation>
    </message>
    <message>
        <source>Presets …</source>
        <translation>预设 …</translation>
    </message>
    <message>
        <source>Press to choose another key</source>
        <translation>按下以选择其他按键</translation>
    </message>
    <message>
        <source>Press …</source>
        <translation>请按键 …</translation>
    </message>
    <message>
        <source>Previous clip</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>REPEATING</source>
        <translation>图像未变</translation>
    </message>
    <message>
        <source>REPLAY</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>帧率</translation>
    </message>
    <message>
        <source>Rates</source>
        <translation>帧率</translation>
    </message>
    <message>
        <source>Raw picture</source>
        <translation>原始图像</translation>
    </message>
    <message>
        <source>Raw picture while held</source>
        <translation>按住时显示原始图像</translation>
    </message>
    <message>
        <source>Really delete</source>
        <translation>确定删除</translation>
    </message>
    <message>
        <source>Really reset all</source>
        <translation>确定全部恢复</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>录制</translation>
    </message>
    <message>
        <source>Record the scan area, or stop</source>
        <translation>录制扫描区域，或停止</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>已录制</translation>
    </message>
    <message>
        <source>Recorded masks</source>
        <translation>录制的掩膜</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录像</translation>
    </message>
    <message>
        <source>Recording could not begin: {why}.</source>
        <translation>无法开始录制：{why}。</translation>
    </message>
    <message>
        <source>Recording stopped: {why}. What was recorded until then is kept.</source>
        <translation>录制已停止：{why}。此前录制的内容已保留。</translation>
    </message>
    <message>
        <source>Recording stopped: {why}. What was recorded until then is kept. Free some space, then record again.</source>
        <translation>录制已停止：{why}。此前录制的内容已保留。请腾出空间后重新录制。</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>录像</translation>
    </message>
    <message>
        <source>Recordings and snapshots</source>
        <translation>录像和快照</translation>
    </message>
    <message>
        <source>Recordings and snapshots, the newest first</source>
        <translation>录像和快照，最新的在前</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Repeat A–B</source>
        <translation>A–B 循环</translation>
    </message>
    <message>
        <source>Repeat from here; to here; all of it again</source>
        <translation>从此处循环；到此处；恢复全部播放</translation>
    </message>
    <message>
        <source>Repeat off</source>
        <translation>取消循环</translation>
    </message>
    <message>
        <source>Repeat: to here</source>
        <translation>循环：到此处</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部恢复</translation>
    </message>
    <message>
        <source>Reset: {text}</source>
        <translation>恢复：{text}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save a snapshot of the scan area</source>
        <translation>保存扫描区域的快照</translation>
    </message>
    <message>
        <source>Save as data …</source>
        <translation>存为数据 …</translation>
    </message>
    <message>
        <source>Save as text</source>
        <translation>存为文本</translation>
    </message>
    <message>
        <source>Save last</source>
        <translation>保存最近</translation>
    </message>
    <message>
        <source>Save last {seconds:g} s</source>
        <translation>保存最近 {seconds:g} 秒</translation>
    </message>
    <message>
        <source>Save pictures and masks as training data into a folder</source>
        <translation>将图像和掩膜作为训练数据保存到文件夹</translation>
    </message>
    <message>
        <source>Save the corrected frames as training data</source>
        <translation>将修正过的帧保存为训练数据</translation>
    </message>
    <message>
        <source>Save the last seconds of the scan area</source>
        <translation>保存扫描区域最近几秒</translation>
    </message>
    <message>
        <source>Save what is set now under this name</source>
        <translation>以此名称保存当前设置</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Saved images, or phantom</source>
        <translation>已存图像，或体模</translation>
    </message>
    <message>
        <source>Saving the last seconds …</source>
        <translation>正在保存最近几秒 …</translation>
    </message>
    <message>
        <source>Scale {chosen}. The machine must be set to the same depth.</source>
        <translation>标尺 {chosen}。超声仪必须设为相同的深度。</translation>
    </message>
    <message>
        <source>Scale {name} as before: check that the machine is set to the same depth.</source>
        <translation>沿用标尺 {name}：请确认超声仪设为相同的深度。</translation>
    </message>
    <message>
        <source>Scale {name} is forgotten.</source>
        <translation>标尺 {name} 已清除。</translation>
    </message>
    <message>
        <source>Scale {name}: it holds as long as the machine&apos;s depth is not changed.</source>
        <translation>标尺 {name}：只要不改变超声仪的深度就有效。</translation>
    </message>
    <message>
        <source>Scale: click the second tick · or move the cross with the arrow keys, Enter marks</source>
        <translation>标尺：点击第二个刻度 · 或用方向键移动十字，Enter 标记</translation>
    </message>
    <message>
        <source>Scale: click two ticks of the machine&apos;s own scale, far apart · or move the cross with the arrow keys, Enter marks</source>
        <translation>标尺：点击超声仪自身标尺上相距较远的两个刻度 · 或用方向键移动十字，Enter 标记</translation>
    </message>
    <message>
        <source>Scale: none</source>
        <translation>标尺：无</translation>
    </message>
    <message>
        <source>Scale: {name}</source>
        <translation>标尺：{name}</translation>
    </message>
    <message>
        <source>Scan area</source>
        <translation>扫描区域</translation>
    </message>
    <message>
        <source>Scan area found</source>
        <translation>已找到扫描区域</translation>
    </message>
    <message>
        <source>Scan area found anew</source>
        <translation>已重新找到扫描区域</translation>
    </message>
    <message>
        <source>Scan area {width} × {height}: drag a handle, or draw a new one · arrow keys move it, with Shift they size it · a double click takes the whole frame</source>
        <translation>扫描区域 {width} × {height}：拖动控制点，或重新绘制 · 方向键移动，按住 Shift 改变大小 · 双击取整帧</translation>
    </message>
    <message>
        <source>Scan area: the whole frame</source>
        <translation>扫描区域：整帧</translation>
    </message>
    <message>
        <source>Scan area: the whole frame.</source>
        <translation>扫描区域：整帧。</translation>
    </message>
    <message>
        <source>Scan area: {width} × {height} pixels.</source>
        <translation>扫描区域：{width} × {height} 像素。</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>屏幕</translation>
    </message>
    <message>
        <source>Screen area {area}</source>
        <translation>屏幕区域 {area}</translation>
    </message>
    <message>
        <source>Screen area {area} lies on no monitor: choose a part of {areas}.</source>
        <translation>屏幕区域 {area} 不在任何显示器上：请在 {areas} 中选择。</translation>
    </message>
    <message>
        <source>Seconds before this frame</source>
        <translation>此帧之前的秒数</translation>
    </message>
    <message>
        <source>Seconds up to the frame that is shown</source>
        <translation>到当前帧为止的秒数</translation>
    </message>
    <message>
        <source>Self-check</source>
        <translation>自检</translation>
    </message>
    <message>
        <source>Self-check saved: {path}</source>
        <translation>自检结果已保存：{path}</translation>
    </message>
    <message>
        <source>Self-check: source, speed, engine, model, disk</source>
        <translation>自检：图像源、速度、引擎、模型、磁盘</translation>
    </message>
    <message>
        <source>Series {series}</source>
        <translation>序列 {series}</translation>
    </message>
    <message>
        <source>Series {series}, {frames}</source>
        <translation>序列 {series}，{frames}</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>Set (Enter)</source>
        <translation>确定 (Enter)</translation>
    </message>
    <message>
        <source>Set everything as the chosen preset has it</source>
        <translation>按所选预设进行全部设置</translation>
    </message>
    <message>
        <source>Set scale</source>
        <translation>设定标尺</translation>
    </message>
    <message>
        <source>Set the depth scale by two ticks (arrow keys move, Enter marks)</source>
        <translation>用两个刻度设定深度标尺（方向键移动，Enter 标记）</translation>
    </message>
    <message>
        <source>Set the folder of the demo&apos;s images</source>
        <translation>设定演示图像的文件夹</translation>
    </message>
    <message>
        <source>Settings and presets are in {path}. Files and addresses of sources are not.</source>
        <translation>设置和预设已写入 {path}，其中不含图像源的文件和地址。</translation>
    </message>
    <message>
        <source>Settings taken over from {file}, with 1 preset.</source>
        <translation>已从 {file} 导入设置，含 1 个预设。</translation>
    </message>
    <message>
        <source>Settings taken over from {file}, with {n} presets.</source>
        <translation>已从 {file} 导入设置，含 {n} 个预设。</translation>
    </message>
    <message>
        <source>Shift, Ctrl and Alt cannot be used alone: press another key.</source>
        <translation>Shift、Ctrl 和 Alt 不能单独使用：请按其他键。</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Show the whole time line</source>
        <translation>显示完整时间轴</translation>
    </message>
    <message>
        <source>Show what was exported</source>
        <translation>显示已导出的内容</translation>
    </message>
    <message>
        <source>Show: {title}</source>
        <translation>显示：{title}</translation>
    </message>
    <message>
        <source>Shown now</source>
        <translation>当前显示</translation>
    </message>
    <message>
        <source>Shown when chosen</source>
        <translation>选择后显示</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Size and rate of {title}</source>
        <translation>{title} 的大小和帧率</translation>
    </message>
    <message>
        <source>Size, rate and format</source>
        <translation>大小、帧率和格式</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Skip the first steps</source>
        <translation>跳过入门步骤</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>减小画笔</translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>Snapshot saved, mirrored: {path}</source>
        <translation>快照已保存（镜像）：{path}</translation>
    </message>
    <message>
        <source>Snapshot saved: {path}</source>
        <translation>快照已保存：{path}</translation>
    </message>
    <message>
        <source>Snapshot: overlay</source>
        <translation>快照：带叠加层</translation>
    </message>
    <message>
        <source>Snapshot: raw</source>
        <translation>快照：原始图像</translation>
    </message>
    <message>
        <source>Snapshot: raw and overlay</source>
        <translation>快照：原始图像和叠加层</translation>
    </message>
    <message>
        <source>Snapshot: side by side</source>
        <translation>快照：并排</translation>
    </message>
    <message>
        <source>Something was corrected meanwhile.</source>
        <translation>期间又有修正。</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>图像源</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>图像源</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Spotlight</source>
        <translation>聚光</translation>
    </message>
    <message>
        <source>Spotlight: dim the picture round the region</source>
        <translation>聚光：调暗区域周围的图像</translation>
    </message>
    <message>
        <source>Starting the model again …</source>
        <translation>正在重新启动模型 …</translation>
    </message>
    <message>
        <source>State of the source</source>
        <translation>图像源的状态</translation>
    </message>
    <message>
        <source>Steady</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Steady the overlay by the frames before, or not</source>
        <translation>用此前的帧平滑叠加层，或不平滑</translation>
    </message>
    <message>
        <source>Step: {name}</source>
        <translation>步骤：{name}</translation>
    </message>
    <message>
        <source>Steps, ms</source>
        <translation>各步骤，ms</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>视频流</translation>
    </message>
    <message>
        <source>Stream {address}</source>
        <translation>视频流 {address}</translation>
    </message>
    <message>
        <source>Study {study}</source>
        <translation>检查 {study}</translation>
    </message>
    <message>
        <source>Study {study}, series {series}</source>
        <translation>检查 {study}，序列 {series}</translation>
    </message>
    <message>
        <source>Study {study}, series {series}, {frames}</source>
        <translation>检查 {study}，序列 {series}，{frames}</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>TEST YOURSELF</source>
        <translation>自测</translation>
    </message>
    <message>
        <source>Table (CSV)</source>
        <translation>表格 (CSV)</translation>
    </message>
    <message>
        <source>Take over settings and presets from such a file</source>
        <translation>从此类文件导入设置和预设</translation>
    </message>
    <message>
        <source>Test picture</source>
        <translation>测试图像</translation>
    </message>
    <message>
        <source>Test yourself</source>
        <translation>自测</translation>
    </message>
    <message>
        <source>Test yourself: outline the region, then see the expert&apos;s; or leave</source>
        <translation>自测：先画出区域，再看专家的；或退出</translation>
    </message>
    <message>
        <source>The camera may give another; its card, and the line above the picture, say what it gives.</source>
        <translation>摄像头实际给出的可能不同；以其卡片和图像上方一行所示为准。</translation>
    </message>
    <message>
        <source>The clip after, of a DICOM folder</source>
        <translation>DICOM 文件夹的下一个片段</translation>
    </message>
    <message>
        <source>The clip before, of a DICOM folder</source>
        <translation>DICOM 文件夹的上一个片段</translation>
    </message>
    <message>
        <source>The comparison broke off: choose something else, and see the log.</source>
        <translation>比较中断：请选择其他内容，并查看日志。</translation>
    </message>
    <message>
        <source>The comparison cannot read its files ({reason}): choose something else.</source>
        <translation>比较无法读取所需文件（{reason}）：请选择其他内容。</translation>
    </message>
    <message>
        <source>The correction</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>The corrections are not saved ({error}).</source>
        <translation>修正没有保存（{error}）。</translation>
    </message>
    <message>
        <source>The corrections in {path}</source>
        <translation>{path} 中的修正</translation>
    </message>
    <message>
        <source>The corrections in {path} are damaged and cannot be set aside: move the file away, then try again.</source>
        <translation>{path} 中的修正已损坏，且无法移到一边：请先移走该文件，然后重试。</translation>
    </message>
    <message>
        <source>The corrections of this recording cannot be read ({reason}): see that {path} can be read, then try again.</source>
        <translation>无法读取此录像的修正（{reason}）：请确认可以读取 {path}，然后重试。</translation>
    </message>
    <message>
        <source>The corrections of this recording were damaged; the file was set aside as {aside}.</source>
        <translation>此录像的修正已损坏；文件已另存为 {aside}。</translation>
    </message>
    <message>
        <source>The demo folder {folder} is not there: choose another one in the list of sources.</source>
        <translation>演示文件夹 {folder} 不存在：请在图像源列表中另选一个。</translation>
    </message>
    <message>
        <source>The demo&apos;s pictures are all scan: there is nothing to find.</source>
        <translation>演示图像全部是扫描内容：无需查找。</translation>
    </message>
    <message>
        <source>The engine {engine} failed ({error}): choose another engine or model.</source>
        <translation>引擎 {engine} 出错（{error}）：请选择其他引擎或模型。</translation>
    </message>
    <message>
        <source>The engine {engine} has been loading the model for {limit} s: no overlay. {then}</source>
        <translation>引擎 {engine} 加载模型已达 {limit} 秒：没有叠加层。{then}</translation>
    </message>
    <message>
        <source>The engine {engine} has not answered for {limit} s: no overlay. {then}</source>
        <translation>引擎 {engine} 已 {limit} 秒没有响应：没有叠加层。{then}</translation>
    </message>
    <message>
        <source>The engine {engine} is not installed here (found: {found}).</source>
        <translation>此处没有安装引擎 {engine}（已有：{found}）。</translation>
    </message>
    <message>
        <source>The export failed ({error}).</source>
        <translation>导出失败（{error}）。</translation>
    </message>
    <message>
        <source>The export was stopped after {done} frames.</source>
        <translation>导出在 {done} 帧后停止。</translation>
    </message>
    <message>
        <source>The export was stopped after {done} of {total} frames.</source>
        <translation>导出在 {done}/{total} 帧后停止。</translation>
    </message>
    <message>
        <source>The first steps again</source>
        <translation>重看入门步骤</translation>
    </message>
    <message>
        <source>The folder of snapshots or that of recordings cannot be reached: check the disk.</source>
        <translation>无法访问快照或录像所在的文件夹：请检查磁盘。</translation>
    </message>
    <message>
        <source>The folder {path}</source>
        <translation>文件夹 {path}</translation>
    </message>
    <message>
        <source>The interpolated mask is right</source>
        <translation>插值的掩膜正确</translation>
    </message>
    <message>
        <source>The keys as shipped</source>
        <translation>出厂按键</translation>
    </message>
    <message>
        <source>The language changes at the next start of the program.</source>
        <translation>语言将在下次启动程序时改变。</translation>
    </message>
    <message>
        <source>The last seconds in memory</source>
        <translation>内存中的最近几秒</translation>
    </message>
    <message>
        <source>The mask of the nearest corrected frame</source>
        <translation>最近的已修正帧的掩膜</translation>
    </message>
    <message>
        <source>The mean of three networks: more accurate, and several times slower.</source>
        <translation>三个网络的平均：更准确，但慢数倍。</translation>
    </message>
    <message>
        <source>The model &apos;{model}&apos; cannot be loaded ({error}): choose another model or engine.</source>
        <translation>无法加载模型“{model}”（{error}）：请选择其他模型或引擎。</translation>
    </message>
    <message>
        <source>The model card {path} cannot be read: {error}. Get the model anew.</source>
        <translation>无法读取模型卡 {path}（{error}）：请重新获取模型。</translation>
    </message>
    <message>
        <source>The model card {path} is incomplete ({error}); get the model anew.</source>
        <translation>模型卡 {path} 不完整（{error}）：请重新获取模型。</translation>
    </message>
    <message>
        <source>The model card {path} is not a card. Get the model anew.</source>
        <translation>{path} 不是模型卡：请重新获取模型。</translation>
    </message>
    <message>
        <source>The model finds no region in this frame</source>
        <translation>模型在此帧未发现区域</translation>
    </message>
    <message>
        <source>The model has not answered for this frame yet: wait a moment, or choose a model.</source>
        <translation>模型对此帧还没有结果：请稍候，或选择一个模型。</translation>
    </message>
    <message>
        <source>The model in {folder} does not fit this program: {problem}.</source>
        <translation>{folder} 中的模型不适合本程序：{problem}。</translation>
    </message>
    <message>
        <source>The model in {folder} is damaged: {file} is not the file its card describes. Get it anew.</source>
        <translation>{folder} 中的模型已损坏：{file} 不是模型卡所描述的文件。请重新获取。</translation>
    </message>
    <message>
        <source>The model in {folder} is incomplete: {file} cannot be read ({reason}).</source>
        <translation>{folder} 中的模型不完整：无法读取 {file}（{reason}）。</translation>
    </message>
    <message>
        <source>The model is being loaded.</source>
        <translation>正在加载模型。</translation>
    </message>
    <message>
        <source>The model should see the ultrasound alone, without name, menu or scale: drag a rectangle round it. It is kept for this source. Snapshots hold nothing else.</source>
        <translation>模型应只看到超声图像，不含姓名、菜单或标尺：请在其周围拖出矩形。它会为此图像源保留。快照中也只包含这一部分。</translation>
    </message>
    <message>
        <source>The model that predicts the block region</source>
        <translation>预测阻滞区域的模型</translation>
    </message>
    <message>
        <source>The model&apos;s mask, as it is or to start from</source>
        <translation>采用模型的掩膜，或以其为起点</translation>
    </message>
    <message>
        <source>The monitors cannot be listed: {remedy}</source>
        <translation>无法列出显示器：{remedy}</translation>
    </message>
    <message>
        <source>The nearest corrected picture has another size: its mask does not fit here.</source>
        <translation>最近的已修正图像大小不同：其掩膜不适用于此处。</translation>
    </message>
    <message>
        <source>The network of Huang et al. 2019, to compare with.</source>
        <translation>Huang 等人 2019 年的网络，用于比较。</translation>
    </message>
    <message>
        <source>The one before</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>The overlay failed ({error}): choose another model.</source>
        <translation>叠加层出错（{error}）：请选择另一个模型。</translation>
    </message>
    <message>
        <source>The overlay is often late: plug the laptop in, close other programs, or choose a quicker engine.</source>
        <translation>叠加层经常延迟：请接通笔记本电源、关闭其他程序，或选择更快的引擎。</translation>
    </message>
    <message>
        <source>The picture has another size now, for which no scale is known: set it anew.</source>
        <translation>图像大小已改变，没有对应的标尺：请重新设定。</translation>
    </message>
    <message>
        <source>The quick one, for live pictures.</source>
        <translation>速度快，适合实时画面。</translation>
    </message>
    <message>
        <source>The range that is repeated</source>
        <translation>循环播放的范围</translation>
    </message>
    <message>
        <source>The raw picture beside the one with the overlay</source>
        <translation>原始图像与带叠加层的图像并排</translation>
    </message>
    <message>
        <source>The raw scan small in a corner</source>
        <translation>原始扫描图像缩小在角落</translation>
    </message>
    <message>
        <source>The same, {side} pixels wide at most and {rate:g} pictures a second</source>
        <translation>同上，宽度不超过 {side} 像素，每秒 {rate:g} 帧</translation>
    </message>
    <message>
        <source>The scan area is the whole frame: a name in the picture would be exported. Draw the scan area first.</source>
        <translation>扫描区域为整帧：图像中的姓名会被导出。请先绘制扫描区域。</translation>
    </message>
    <message>
        <source>The scan area {area} lies outside the {width} x {height} pixels of {name}: give one inside the picture.</source>
        <translation>扫描区域 {area} 位于 {name} 的 {width} x {height} 像素之外：请给出图像内的区域。</translation>
    </message>
    <message>
        <source>The screen cannot be captured: {remedy}</source>
        <translation>无法采集屏幕：{remedy}</translation>
    </message>
    <message>
        <source>The settings file {path}</source>
        <translation>设置文件 {path}</translation>
    </message>
    <message>
        <source>The settings were damaged ({problem}): the defaults are used, and the file was kept as {aside}.</source>
        <translation>设置已损坏（{problem}）：现使用默认设置，原文件保留为 {aside}。</translation>
    </message>
    <message>
        <source>The settings {path} cannot be read ({error}): the defaults are used.</source>
        <translation>无法读取设置 {path}（{error}）：现使用默认设置。</translation>
    </message>
    <message>
        <source>The training data in {path}</source>
        <translation>{path} 中的训练数据</translation>
    </message>
    <message>
        <source>The two ticks are too close to each other: take two that are far apart.</source>
        <translation>两个刻度相距太近：请选择相距较远的两个。</translation>
    </message>
    <message>
        <source>The whole frame is kept, as no scan area is set: if a name is in it, draw a scan area first.</source>
        <translation>未设定扫描区域，将保存整帧：如果其中有姓名，请先绘制扫描区域。</translation>
    </message>
    <message>
        <source>The whole frame looks like the scan: it stays whole.</source>
        <translation>整帧看来都是扫描图像：保持整帧。</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;: give a bundle&apos;s folder or one of: {names}.</source>
        <translation>没有模型“{name}”：请给出模型文件夹，或以下之一：{names}。</translation>
    </message>
    <message>
        <source>There is no monitor {number}: choose one from 1 to {last}.</source>
        <translation>没有显示器 {number}：请选择 1 至 {last}。</translation>
    </message>
    <message>
        <source>There is no monitor {number}: there is only monitor 1.</source>
        <translation>没有显示器 {number}：只有显示器 1。</translation>
    </message>
    <message>
        <source>There is no other case here.</source>
        <translation>这里没有其他病例。</translation>
    </message>
    <message>
        <source>There is no picture to freeze yet.</source>
        <translation>还没有可冻结的图像。</translation>
    </message>
    <message>
        <source>There is no picture to save yet.</source>
        <translation>还没有可保存的图像。</translation>
    </message>
    <message>
        <source>There is no picture yet in which the scan area could be found.</source>
        <translation>还没有可供查找扫描区域的图像。</translation>
    </message>
    <message>
        <source>There is no picture yet whose scale could be set.</source>
        <translation>还没有可供设定标尺的图像。</translation>
    </message>
    <message>
        <source>There is no preset yet: set everything as it should be, and save it under a name.</source>
        <translation>还没有预设：请先完成各项设置，再以一个名称保存。</translation>
    </message>
    <message>
        <source>There is no scale of your own in use that could be forgotten.</source>
        <translation>没有正在使用的自设标尺可以清除。</translation>
    </message>
    <message>
        <source>There is no screen to capture: DISPLAY is not set; start this from a desktop session.</source>
        <translation>没有可采集的屏幕：未设置 DISPLAY；请在桌面会话中启动。</translation>
    </message>
    <message>
        <source>There is no {name} ({device}): plug it in; &apos;python -m app devices&apos; lists what is there.</source>
        <translation>没有 {name}（{device}）：请插入设备；“python -m app devices”会列出现有设备。</translation>
    </message>
    <message>
        <source>There is nothing in memory to save yet: wait for pictures.</source>
        <translation>内存中还没有可保存的内容：请等待图像。</translation>
    </message>
    <message>
        <source>This one is being recorded: stop the recording first.</source>
        <translation>此项正在录制：请先停止录制。</translation>
    </message>
    <message>
        <source>This went wrong: {what} ({error}). Try again.</source>
        <translation>出错了：{what}（{error}）。请重试。</translation>
    </message>
    <message>
        <source>This window covers the part of the screen that it watches: move it aside, or it will see its own overlay.</source>
        <translation>本窗口遮住了它所采集的屏幕区域：请移开窗口，否则会采集到自己的叠加层。</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Threshold of the model card</source>
        <translation>模型卡的阈值</translation>
    </message>
    <message>
        <source>Time and frame</source>
        <translation>时间和帧</translation>
    </message>
    <message>
        <source>To the beginning</source>
        <translation>到开头</translation>
    </message>
    <message>
        <source>To the last frame</source>
        <translation>到最后一帧</translation>
    </message>
    <message>
        <source>Training and research only. Not a medical device.</source>
        <translation>仅供培训和研究使用，不是医疗器械。</translation>
    </message>
    <message>
        <source>Type the distance between the two marks in cm, such as 4 or 2.5.</source>
        <translation>请输入两个标记之间的距离（cm），例如 4 或 2.5。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Unlike the training data</source>
        <translation>与训练数据不符</translation>
    </message>
    <message>
        <source>Unlike training</source>
        <translation>与训练不符</translation>
    </message>
    <message>
        <source>Up to here</source>
        <translation>到此处</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Usual</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Wait until the model is loaded, and check again.</source>
        <translation>请等模型加载完成后重新检查。</translation>
    </message>
    <message>
        <source>Watch a part of the screen</source>
        <translation>采集屏幕的一部分</translation>
    </message>
    <message>
        <source>Wayland lets no program capture the screen: log in again with &apos;Xorg&apos; or &apos;X11&apos; chosen, or use a video grabber.</source>
        <translation>Wayland 不允许程序采集屏幕：请选择“Xorg”或“X11”重新登录，或使用视频采集卡。</translation>
    </message>
    <message>
        <source>Wayland lets no program see the screen: log in with X11 to watch a part of it.</source>
        <translation>Wayland 不允许程序读取屏幕：要采集屏幕的一部分，请用 X11 登录。</translation>
    </message>
    <message>
        <source>What a snapshot keeps</source>
        <translation>快照保存的内容</translation>
    </message>
    <message>
        <source>What a snapshot keeps, in one file or two</source>
        <translation>快照保存的内容，一个或两个文件</translation>
    </message>
    <message>
        <source>What runs the model; Automatic takes the quickest here</source>
        <translation>运行模型的引擎；“自动”选用本机最快的引擎</translation>
    </message>
    <message>
        <source>What this is, and is not</source>
        <translation>这是什么，不是什么</translation>
    </message>
    <message>
        <source>What to write</source>
        <translation>导出内容</translation>
    </message>
    <message>
        <source>Where A and B differ, or side by side</source>
        <translation>显示 A 和 B 的差异，或并排显示</translation>
    </message>
    <message>
        <source>Where the scan area comes from</source>
        <translation>扫描区域的来源</translation>
    </message>
    <message>
        <source>Whole</source>
        <translation>整帧</translation>
    </message>
    <message>
        <source>Whole frame</source>
        <translation>整帧</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Window and settings</source>
        <translation>窗口和设置</translation>
    </message>
    <message>
        <source>With overlay</source>
        <translation>带叠加层</translation>
    </message>
    <message>
        <source>Worst age, ms</source>
        <translation>最大延迟，ms</translation>
    </message>
    <message>
        <source>Write settings and presets to a file for another computer</source>
        <translation>将设置和预设写入文件，供其他计算机使用</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
    <message>
        <source>You can test yourself on the demo, on a folder of images or on a recording: open one first.</source>
        <translation>自测可用演示、图像文件夹或录像：请先打开一个。</translation>
    </message>
    <message>
        <source>You: no region in this picture</source>
        <translation>您：此图中没有区域</translation>
    </message>
    <message>
        <source>above {hit:g}: {right:.0%}</source>
        <translation>高于 {hit:g}：{right:.0%}</translation>
    </message>
    <message>
        <source>allow it in System Settings, Privacy &amp; Security, Screen Recording, and start the program again.</source>
        <translation>请在“系统设置 &gt; 隐私与安全性 &gt; 屏幕录制”中允许，然后重新启动程序。</translation>
    </message>
    <message>
        <source>another source was opened</source>
        <translation>打开了其他图像源</translation>
    </message>
    <message>
        <source>area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>cannot be played</source>
        <translation>无法播放</translation>
    </message>
    <message>
        <source>capture</source>
        <translation>采集</translation>
    </message>
    <message>
        <source>check its cable, its signal, and that no other program uses it.</source>
        <translation>请检查电缆和信号，并确认没有其他程序在使用它。</translation>
    </message>
    <message>
        <source>check that the monitor is on and the desktop is not locked.</source>
        <translation>请检查显示器已打开且桌面未锁定。</translation>
    </message>
    <message>
        <source>check the address, the network, and that the sender is on.</source>
        <translation>请检查地址和网络，并确认发送端已打开。</translation>
    </message>
    <message>
        <source>cm · scale {name}</source>
        <translation>cm · 标尺 {name}</translation>
    </message>
    <message>
        <source>confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>corrected by hand</source>
        <translation>已手工修正</translation>
    </message>
    <message>
        <source>cut to {area}</source>
        <translation>裁剪为 {area}</translation>
    </message>
    <message>
        <source>d MMMM yyyy, HH:mm:ss</source>
        <translation>yyyy年M月d日 HH:mm:ss</translation>
    </message>
    <message>
        <source>draw overlay</source>
        <translation>绘制叠加层</translation>
    </message>
    <message>
        <source>e.g. 4 cm</source>
        <translation>例如 4 cm</translation>
    </message>
    <message>
        <source>edges {edges:.0f} px, centres {centres:.0f} px apart</source>
        <translation>边缘相距 {edges:.0f} 像素，中心相距 {centres:.0f} 像素</translation>
    </message>
    <message>
        <source>edges {edges:.1f} mm, centres {centres:.1f} mm apart</source>
        <translation>边缘相距 {edges:.1f} 毫米，中心相距 {centres:.1f} 毫米</translation>
    </message>
    <message>
        <source>export it uncompressed or as a video.</source>
        <translation>请导出为未压缩格式或视频。</translation>
    </message>
    <message>
        <source>folded away</source>
        <translation>已收起</translation>
    </message>
    <message>
        <source>found</source>
        <translation>自动找到</translation>
    </message>
    <message>
        <source>from the file</source>
        <translation>来自文件</translation>
    </message>
    <message>
        <source>install {package}, or {remedy}</source>
        <translation>请安装 {package}，或者{remedy}</translation>
    </message>
    <message>
        <source>interpolated (dashed)</source>
        <translation>插值（虚线）</translation>
    </message>
    <message>
        <source>it holds no exported settings of SonoBlock</source>
        <translation>其中没有 SonoBlock 导出的设置</translation>
    </message>
    <message>
        <source>it is grainy like speckle</source>
        <translation>呈散斑样颗粒</translation>
    </message>
    <message>
        <source>it moves like speckle</source>
        <translation>像散斑一样变动</translation>
    </message>
    <message>
        <source>it was written by a newer SonoBlock</source>
        <translation>由更新版本的 SonoBlock 写成</translation>
    </message>
    <message>
        <source>its files are those of its card</source>
        <translation>文件与模型卡一致</translation>
    </message>
    <message>
        <source>its pictures do not change</source>
        <translation>图像没有变化</translation>
    </message>
    <message>
        <source>lateral</source>
        <translation>外侧</translation>
    </message>
    <message>
        <source>left leg</source>
        <translation>左腿</translation>
    </message>
    <message>
        <source>looking for it …</source>
        <translation>正在查找 …</translation>
    </message>
    <message>
        <source>mean IoU {mean:.2f}, of the last {n} {last:.2f}</source>
        <translation>平均 IoU {mean:.2f}，最近 {n} 例 {last:.2f}</translation>
    </message>
    <message>
        <source>mirrored</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>no key</source>
        <translation>无按键</translation>
    </message>
    <message>
        <source>no new pictures</source>
        <translation>没有新图像</translation>
    </message>
    <message>
        <source>no new pictures for over a second</source>
        <translation>超过一秒没有新图像</translation>
    </message>
    <message>
        <source>no region, by hand</source>
        <translation>手工标为无区域</translation>
    </message>
    <message>
        <source>no space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>not as its card says</source>
        <translation>与模型卡不符</translation>
    </message>
    <message>
        <source>not compared yet</source>
        <translation>尚未比较</translation>
    </message>
    <message>
        <source>not corrected</source>
        <translation>未修正</translation>
    </message>
    <message>
        <source>not corrected · dotted: the model&apos;s mask</source>
        <translation>未修正 · 点线：模型的掩膜</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>not possible here</source>
        <translation>本机不支持</translation>
    </message>
    <message>
        <source>novelty</source>
        <translation>异常检测</translation>
    </message>
    <message>
        <source>open</source>
        <translation>已展开</translation>
    </message>
    <message>
        <source>over 1 s</source>
        <translation>超过 1 秒</translation>
    </message>
    <message>
        <source>overlay</source>
        <translation>叠加层</translation>
    </message>
    <message>
        <source>paint</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>painted</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>pictures that can be shown, but some {kind}</source>
        <translation>可显示的图像，只有一些 {kind} 的图像</translation>
    </message>
    <message>
        <source>plug it in, close other programs that use it, and allow this program to use cameras in the system&apos;s privacy settings.</source>
        <translation>请插好设备，关闭正在使用它的其他程序，并在系统隐私设置中允许本程序使用摄像头。</translation>
    </message>
    <message>
        <source>postprocess</source>
        <translation>后处理</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>preprocess</source>
        <translation>预处理</translation>
    </message>
    <message>
        <source>right leg</source>
        <translation>右腿</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>series {series}</source>
        <translation>序列 {series}</translation>
    </message>
    <message>
        <source>source</source>
        <translation>源</translation>
    </message>
    <message>
        <source>source {source:.0f} · painted {painted:.0f} · predicted {predicted:.0f} fps · dropped {dropped}</source>
        <translation>源 {source:.0f} · 绘制 {painted:.0f} · 预测 {predicted:.0f} 帧/秒 · 丢帧 {dropped}</translation>
    </message>
    <message>
        <source>temporal filter</source>
        <translation>时间平滑</translation>
    </message>
    <message>
        <source>the disk is nearly full, {free} MB are free</source>
        <translation>磁盘将满，仅剩 {free} MB</translation>
    </message>
    <message>
        <source>the recorder failed ({error})</source>
        <translation>录制器出错（{error}）</translation>
    </message>
    <message>
        <source>the whole frame</source>
        <translation>整帧</translation>
    </message>
    <message>
        <source>this window covers a part of it</source>
        <translation>本窗口遮住了其中一部分</translation>
    </message>
    <message>
        <source>unreadable and left out: {files}</source>
        <translation>无法读取而略去：{files}</translation>
    </message>
    <message>
        <source>your own</source>
        <translation>自己绘制</translation>
    </message>
    <message>
        <source>{clips}.</source>
        <translation>{clips}。</translation>
    </message>
    <message>
        <source>{clips}; {skipped} files cannot be read and are left out.</source>
        <translation>{clips}；{skipped} 个文件无法读取，已略去。</translation>
    </message>
    <message>
        <source>{depth} mm deep · {width} mm wide · {area} mm²</source>
        <translation>深 {depth} mm · 宽 {width} mm · {area} mm²</translation>
    </message>
    <message>
        <source>{distance} cm for {pixels} pixels cannot be: check the distance in cm.</source>
        <translation>{pixels} 像素不可能是 {distance} cm：请检查距离（cm）。</translation>
    </message>
    <message>
        <source>{done} {time}, {size}{dropped}: {folder}</source>
        <translation>{done} {time}，{size}{dropped}：{folder}</translation>
    </message>
    <message>
        <source>{dropped} dropped</source>
        <translation>丢弃 {dropped}</translation>
    </message>
    <message>
        <source>{engine}: not running</source>
        <translation>{engine}：未运行</translation>
    </message>
    <message>
        <source>{folder} holds masks of several recordings: give a folder with the masks of this recording alone.</source>
        <translation>{folder} 含有多段录像的掩膜：请给出只含此录像掩膜的文件夹。</translation>
    </message>
    <message>
        <source>{folder} holds no image: choose a folder with JPEG, PNG, BMP or TIFF files.</source>
        <translation>{folder} 中没有图像：请选择含 JPEG、PNG、BMP 或 TIFF 文件的文件夹。</translation>
    </message>
    <message>
        <source>{folder} holds no masks: give a folder with masks as pictures or Labelme files.</source>
        <translation>{folder} 中没有掩膜：请选择含图像掩膜或 Labelme 文件的文件夹。</translation>
    </message>
    <message>
        <source>{folder} holds the pictures that were corrected: save into another folder.</source>
        <translation>{folder} 中是被修正的图像：请保存到其他文件夹。</translation>
    </message>
    <message>
        <source>{folder} is not a model bundle: it has no {file}.</source>
        <translation>{folder} 不是模型文件夹：其中没有 {file}。</translation>
    </message>
    <message>
        <source>{form}, {width} × {height} at {rate} a second was asked for</source>
        <translation>{form}，要求的是 {width} × {height}，每秒 {rate} 帧</translation>
    </message>
    <message>
        <source>{key} is given twice and stays with &apos;{first}&apos;</source>
        <translation>{key} 重复指定，保留给“{first}”</translation>
    </message>
    <message>
        <source>{key} is taken by &apos;{owner}&apos;. Move it to &apos;{action}&apos;?</source>
        <translation>{key} 已用于“{owner}”。要移给“{action}”吗？</translation>
    </message>
    <message>
        <source>{median} ms, 95 % within {most} ms</source>
        <translation>{median} ms，95 % 在 {most} ms 以内</translation>
    </message>
    <message>
        <source>{mode}: what is asked for where nothing is chosen</source>
        <translation>{mode}：未选择时的要求</translation>
    </message>
    <message>
        <source>{names}: no region in this picture</source>
        <translation>{names}：此图中没有区域</translation>
    </message>
    <message>
        <source>{name} cannot be captured: {remedy}</source>
        <translation>无法采集 {name}：{remedy}</translation>
    </message>
    <message>
        <source>{name} cannot be opened: {remedy}</source>
        <translation>无法打开 {name}：{remedy}</translation>
    </message>
    <message>
        <source>{name} cannot be reached: start the OpenIGTLink server there, and check address and port.</source>
        <translation>无法连接 {name}：请在对方启动 OpenIGTLink 服务器，并检查地址和端口。</translation>
    </message>
    <message>
        <source>{name} closed the connection: check that it is on and sending.</source>
        <translation>{name} 关闭了连接：请检查它已打开并在发送。</translation>
    </message>
    <message>
        <source>{name} does not answer: check the address, the network and its firewall.</source>
        <translation>{name} 没有响应：请检查地址、网络及其防火墙。</translation>
    </message>
    <message>
        <source>{name} failed unexpectedly ({error}). Choose it again.</source>
        <translation>{name} 意外出错（{error}）。请重新选择。</translation>
    </message>
    <message>
        <source>{name} gives no more pictures: {remedy}</source>
        <translation>{name} 不再提供图像：{remedy}</translation>
    </message>
    <message>
        <source>{name} gives no picture: check that it is on.</source>
        <translation>{name} 没有图像：请检查它已打开。</translation>
    </message>
    <message>
        <source>{name} holds no picture that can be read: choose another file.</source>
        <translation>{name} 中没有可读取的图像：请选择其他文件。</translation>
    </message>
    <message>
        <source>{name} is not known on this network: check the address.</source>
        <translation>网络上找不到 {name}：请检查地址。</translation>
    </message>
    <message>
        <source>{name} is there but gives no picture: {remedy}</source>
        <translation>{name} 存在但没有图像：{remedy}</translation>
    </message>
    <message>
        <source>{name} may not be used: add your user to the group that owns {device}.</source>
        <translation>无权使用 {name}：请将您的用户加入 {device} 所属的组。</translation>
    </message>
    <message>
        <source>{name} sends no more pictures: check that it is on and connected.</source>
        <translation>{name} 不再发送图像：请检查它已打开并已连接。</translation>
    </message>
    <message>
        <source>{name} sends no {what}: start sending 2D images of 8 or 16 bits there.</source>
        <translation>{name} 没有发送{what}：请在那里开始发送 8 位或 16 位的二维图像。</translation>
    </message>
    <message>
        <source>{name} sent a broken message ({error}): check that it is an OpenIGTLink server, and the network.</source>
        <translation>{name} 发送了损坏的消息（{error}）：请检查它是否为 OpenIGTLink 服务器，并检查网络。</translation>
    </message>
    <message>
        <source>{name} stays what it is, or the window could not be used by keys: press another key.</source>
        <translation>{name} 固定不变，否则无法用键盘操作窗口：请按其他键。</translation>
    </message>
    <message>
        <source>{n} clips</source>
        <translation>{n} 个片段</translation>
    </message>
    <message>
        <source>{n} frames</source>
        <translation>{n} 帧</translation>
    </message>
    <message>
        <source>{n} frames are exported to {folder}.</source>
        <translation>已导出 {n} 帧到 {folder}。</translation>
    </message>
    <message>
        <source>{n} frames, {time}</source>
        <translation>{n} 帧，{time}</translation>
    </message>
    <message>
        <source>{n} of {total} · {title}</source>
        <translation>{n}/{total} · {title}</translation>
    </message>
    <message>
        <source>{n} seconds</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} things need a look (marked !).</source>
        <translation>有 {n} 项需要查看（标有 !）。</translation>
    </message>
    <message>
        <source>{path} cannot be deleted ({reason}): close what uses it, then try again.</source>
        <translation>无法删除 {path}（{reason}）：请关闭正在使用它的程序后重试。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({error}): check the disk or the network it is on.</source>
        <translation>无法读取 {path}（{error}）：请检查其所在的磁盘或网络。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({reason}): choose another file.</source>
        <translation>无法读取 {path}（{reason}）：请选择其他文件。</translation>
    </message>
    <message>
        <source>{path} cannot be read as a video: it is damaged, cut short or of a kind not known here; copy it again, or convert it to MP4.</source>
        <translation>无法把 {path} 作为视频读取：文件已损坏、不完整，或格式未知；请重新复制，或转换为 MP4。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>无法读取 {path}：{reason}。</translation>
    </message>
    <message>
        <source>{path} cannot be used ({error}): nothing was changed; choose another file.</source>
        <translation>无法使用 {path}（{error}）：未作任何更改；请选择其他文件。</translation>
    </message>
    <message>
        <source>{path} does not exist: check the path, or write one of the source words demo, phantom, camera:0, screen.</source>
        <translation>{path} 不存在：请检查路径，或使用图像源写法 demo、phantom、camera:0、screen。</translation>
    </message>
    <message>
        <source>{path} does not exist: check the path.</source>
        <translation>{path} 不存在：请检查路径。</translation>
    </message>
    <message>
        <source>{path} does not say how its frames are stored (no transfer syntax): export it again.</source>
        <translation>{path} 没有说明帧的存储方式（没有传输语法）：请重新导出。</translation>
    </message>
    <message>
        <source>{path} ends before its first frame: copy it again from where it came.</source>
        <translation>{path} 在第一帧之前就结束了：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} ends early, after {n} of {claimed} frames: copy it again from where it came.</source>
        <translation>{path} 不完整，只有 {claimed} 帧中的 {n} 帧：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} has frames that cannot be shown ({error}): convert it to MP4.</source>
        <translation>{path} 中有无法显示的帧（{error}）：请转换为 MP4。</translation>
    </message>
    <message>
        <source>{path} has pixels of {bits} bits, and 8 and 16 can be shown: export it as 8 bits, or as a video.</source>
        <translation>{path} 的像素为 {bits} 位，只能显示 8 位和 16 位：请导出为 8 位或视频。</translation>
    </message>
    <message>
        <source>{path} holds no DICOM picture: choose another folder, or copy it again.</source>
        <translation>{path} 中没有 DICOM 图像：请选择其他文件夹，或重新复制。</translation>
    </message>
    <message>
        <source>{path} holds no DICOM picture: choose another folder.</source>
        <translation>{path} 中没有 DICOM 图像：请选择其他文件夹。</translation>
    </message>
    <message>
        <source>{path} holds no frame: it was broken off at once; delete it.</source>
        <translation>{path} 中没有帧：录制刚开始就中断了；请将其删除。</translation>
    </message>
    <message>
        <source>{path} holds no frame: record it again, or choose another file.</source>
        <translation>{path} 中没有帧：请重新录制，或选择其他文件。</translation>
    </message>
    <message>
        <source>{path} is a DICOM file without a picture: choose an ultrasound image or clip.</source>
        <translation>{path} 是没有图像的 DICOM 文件：请选择超声图像或片段。</translation>
    </message>
    <message>
        <source>{path} is a picture, not a mask: give a folder of masks, which are black beside the region.</source>
        <translation>{path} 是图像而不是掩膜：请给出掩膜文件夹，掩膜在区域以外为黑色。</translation>
    </message>
    <message>
        <source>{path} is a text file, not a video: choose a video file or a folder of images.</source>
        <translation>{path} 是文本文件，不是视频：请选择视频文件或图像文件夹。</translation>
    </message>
    <message>
        <source>{path} is an animated picture: give a still one.</source>
        <translation>{path} 是动态图像：请给出静态图像。</translation>
    </message>
    <message>
        <source>{path} is damaged at frame {n}: compare something else.</source>
        <translation>{path} 在第 {n} 帧损坏：请比较其他内容。</translation>
    </message>
    <message>
        <source>{path} is damaged at frame {n}: copy it again from where it came.</source>
        <translation>{path} 在第 {n} 帧损坏：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} is damaged at frame {n}: copy it again, or convert it to MP4.</source>
        <translation>{path} 在第 {n} 帧损坏：请重新复制，或转换为 MP4。</translation>
    </message>
    <message>
        <source>{path} is damaged or cut short as a DICOM file: copy it again from where it came.</source>
        <translation>{path} 作为 DICOM 文件已损坏或不完整：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} is damaged or holds no picture: copy it again from where it came.</source>
        <translation>{path} 已损坏或没有图像：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} is damaged: copy it again from where it came.</source>
        <translation>{path} 已损坏：请从原处重新复制。</translation>
    </message>
    <message>
        <source>{path} is damaged: open its folder instead, or copy it again from where it came.</source>
        <translation>{path} 已损坏：请改为打开它所在的文件夹，或从来源重新复制。</translation>
    </message>
    <message>
        <source>{path} is empty: copy it again from where it came, or choose another file.</source>
        <translation>{path} 是空文件：请从原处重新复制，或选择其他文件。</translation>
    </message>
    <message>
        <source>{path} is not a picture, or is damaged.</source>
        <translation>{path} 不是图像，或已损坏。</translation>
    </message>
    <message>
        <source>{path} is not a recording of this program: choose another file.</source>
        <translation>{path} 不是本程序的录像：请选择其他文件。</translation>
    </message>
    <message>
        <source>{path} is not a recording or snapshot of this program: delete it by hand.</source>
        <translation>{path} 不是本程序的录像或快照：请手动删除。</translation>
    </message>
    <message>
        <source>{path} is not the masks of a recording: choose a recording&apos;s folder.</source>
        <translation>{path} 不是录像的掩膜：请选择录像所在的文件夹。</translation>
    </message>
    <message>
        <source>{path} is stored as {syntax}, which cannot be read here: {remedy}</source>
        <translation>{path} 以 {syntax} 存储，此处无法读取：{remedy}</translation>
    </message>
    <message>
        <source>{path} is {codec} video, which cannot be decoded here: convert it to H.264, such as by &apos;ffmpeg -i FILE -c:v libx264 NEW.mp4&apos;.</source>
        <translation>{path} 是 {codec} 视频，此处无法解码：请转换为 H.264，例如用 ffmpeg -i 文件 -c:v libx264 新文件.mp4。</translation>
    </message>
    <message>
        <source>{path} is {width} x {height} pixels, which is neither the frame&apos;s size nor the scan area&apos;s: set the scan area that the masks were made in.</source>
        <translation>{path} 为 {width} x {height} 像素，既不是帧的尺寸，也不是扫描区域的尺寸：请设置制作掩膜时的扫描区域。</translation>
    </message>
    <message>
        <source>{path} may not be read: change its permissions, or copy it to a place that is yours.</source>
        <translation>无权读取 {path}：请更改其权限，或复制到您自己的位置。</translation>
    </message>
    <message>
        <source>{rate:g} a second</source>
        <translation>每秒 {rate:g} 帧</translation>
    </message>
    <message>
        <source>{rate} pictures a second</source>
        <translation>每秒 {rate} 帧</translation>
    </message>
    <message>
        <source>{rate} pictures a second of {promised}</source>
        <translation>每秒 {rate} 帧（标称 {promised}）</translation>
    </message>
    <message>
        <source>{system}, {cores} cores, Python {python}</source>
        <translation>{system}，{cores} 核，Python {python}</translation>
    </message>
    <message>
        <source>{text}: a key was taken away.</source>
        <translation>{text}：已去掉一个按键。</translation>
    </message>
    <message>
        <source>{text}: first key, {what}</source>
        <translation>{text}：第一个按键，{what}</translation>
    </message>
    <message>
        <source>{text}: press the new key or the pedal.{hold} Esc leaves it as it is.</source>
        <translation>{text}：请按新的按键或脚踏开关。{hold}Esc 保持原样。</translation>
    </message>
    <message>
        <source>{text}: second key, {what}</source>
        <translation>{text}：第二个按键，{what}</translation>
    </message>
    <message>
        <source>{text}: {label}, as shipped.</source>
        <translation>{text}：{label}，已恢复出厂设置。</translation>
    </message>
    <message>
        <source>{what} cannot be written ({reason}): free some space or choose another folder.</source>
        <translation>无法写入 {what}（{reason}）：请腾出空间或选择其他文件夹。</translation>
    </message>
    <message>
        <source>{what} · of this frame</source>
        <translation>{what} · 本帧</translation>
    </message>
    <message>
        <source>{what} · {age:.0f} ms</source>
        <translation>{what} · {age:.0f} ms</translation>
    </message>
    <message>
        <source>{what} · {age:.0f} ms (late)</source>
        <translation>{what} · {age:.0f} ms（延迟）</translation>
    </message>
    <message>
        <source>{what}: {why}. Correct it, or take the whole frame.</source>
        <translation>{what}（{why}）。请修正，或取整帧。</translation>
    </message>
    <message>
        <source>{when}
Being recorded now</source>
        <translation>{when}
正在录制</translation>
    </message>
    <message>
        <source>{when}
Recording, {length}, {size}</source>
        <translation>{when}
录像，{length}，{size}</translation>
    </message>
    <message>
        <source>{when}
Snapshot, {size}</source>
        <translation>{when}
快照，{size}</translation>
    </message>
    <message>
        <source>{why} What was finished until then is kept in {folder}.</source>
        <translation>{why}此前完成的部分保留在 {folder}。</translation>
    </message>
    <message>
        <source>{width} × {height} at {rate} a second was asked for</source>
        <translation>要求的是 {width} × {height}，每秒 {rate} 帧</translation>
    </message>
    <message>
        <source>{width} × {height} pixels</source>
        <translation>{width} × {height} 像素</translation>
    </message>
    <message>
        <source>◀ Disagreement</source>
        <translation>◀ 分歧</translation>
    </message>
    <message>
        <source>● REC {time} · {size} · dropped {dropped}</source>
        <translation>● 录制 {time} · {size} · 丢帧 {dropped}</translation>
    </message>
</context>
</TS>
